"""The settings file: what is read, what is overridden, and how a fault is told."""

import pytest

from cordboard.settings import SettingsError, load, rate_of

MINIMAL = """
[[pbx]]
name = "main"
[pbx.ami]
secret = "s"
[[crm]]
name = "portal"
kind = "bitrix24"
url = "http://127.0.0.1:8080/rest/1/x/"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cordboard.toml"

    def write(text):
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_everything_has_a_default():
    settings = load(None, {})

    assert ((), ("127.0.0.1", 8090)) == (settings.pbx, (settings.connector.host, settings.connector.port))


def test_a_value_is_overridden_by_the_environment_and_by_a_file_it_names(file, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    environment = {
        "CORDBOARD_PBX__0__AMI__PORT": "5039",
        "CORDBOARD_PBX__0__AMI__SECRET_FILE": str(tmp_path / "secret"),
        "CORDBOARD_REGISTER__LOCAL": "true",
    }

    settings = load(file(MINIMAL), environment)

    assert (5039, "from the file") == (settings.pbx[0].ami.port, settings.pbx[0].ami.secret)
    assert settings.register.local


SECRETS = ["123456", '"abc"#12', "true", "1e5", "2026-11-25", "[half"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_of_the_environment_is_the_text_as_it_stands(file, tmp_path, secret):
    (tmp_path / "secret").write_text(secret + "\n")
    path = file(MINIMAL)

    by_value = load(path, {"CORDBOARD_PBX__0__AMI__SECRET": secret})
    by_file = load(path, {"CORDBOARD_PBX__0__AMI__SECRET_FILE": str(tmp_path / "secret")})

    assert (secret, secret) == (by_value.pbx[0].ami.secret, by_file.pbx[0].ami.secret)


def test_lists_numbers_and_switches_come_from_the_environment_too(file):
    environment = {
        "CORDBOARD_NUMBERS__PREFIXES": '["+7", "8"]',
        "CORDBOARD_CRM__0__DEFAULT_USER": "7",
        "CORDBOARD_REGISTER__INCOMING": "false",
        "CORDBOARD_CARDS__DEBOUNCE": "0.2",
    }

    settings = load(file(MINIMAL), environment)

    assert (("+7", "8"), 7) == (settings.numbers.prefixes, settings.crm[0].default_user)
    assert (False, 0.2) == (settings.register.incoming, settings.cards.debounce)


def test_two_connections_of_one_portal_agree_about_its_rate(file):
    other = MINIMAL[MINIMAL.index("[[crm]]") :].replace('"portal"', '"second"')

    assert 2 == len(load(file(MINIMAL + other), {}).crm)
    with pytest.raises(SettingsError, match=r"crm\[1\].rate: the CRM of crm\[0\] is the same"):
        load(file(MINIMAL + other + 'rate = "5/250"\n'), {})


FAULTS = {
    "line[0].missed_responsible: 'entty' is none of entity, last, default, and no extension": MINIMAL
    + '[[line]]\nnumber = "1"\nmissed_responsible = "entty"\n',
    "records.folders[0]: 'monitor' does not begin with /": MINIMAL + '[records]\nfolders = ["monitor"]\n',
    "hours.mon-fri: '9-18' are no hours such as 09:00-18:00": MINIMAL + '[hours]\nmon-fri = "9-18"\n',
    "missed.task_after: 'soon' is no length of time": MINIMAL + '[missed]\ntask_after = "soon"\n',
    "records.template: {hash} means nothing": MINIMAL + '[records]\ntemplate = "{year}/{hash}.wav"\n',
    "records.link_days: expected `int` >= 1": MINIMAL + "[records]\nlink_days = 0\n",
    "pbx[0].ami.port: expected `int`, got `str`": MINIMAL.replace('secret = "s"', 'port = "x"'),
    "unknown field `secrt`": MINIMAL.replace("secret", "secrt"),
    "pbx[0].timezone: there is no time zone 'Mars/Base'": MINIMAL.replace('"main"', '"main"\ntimezone = "Mars/Base"'),
    "numbers.internal[0]: '(' is no regular expression": MINIMAL + '[numbers]\ninternal = ["("]\n',
    "crm[0].url: expected an address": MINIMAL.replace("http://", "127"),
    "crm[0].url: expected": MINIMAL.replace("127.0.0.1", "["),
    "crm[0].kind: 'kommo' cannot be connected": MINIMAL.replace("bitrix24", "kommo"),
    "pbx[0].cel.start: 'yesterday' is neither": MINIMAL.replace(
        "[[crm]]", '[pbx.cel]\nurl = "/tmp/Master.csv"\nstart = "yesterday"\n[[crm]]'
    ),
    "crm[0].rate: expected": MINIMAL + 'rate = "fast"\n',
    "crm[1].name: there is another crm named 'portal'": MINIMAL + MINIMAL[MINIMAL.index("[[crm]]") :],
    "people[0]: expected `extension`": MINIMAL + "[[people]]\nuser = 7\n",
    "is no TOML": "[[pbx",
}


@pytest.mark.parametrize(("words", "text"), FAULTS.items(), ids=FAULTS)
def test_a_fault_names_the_file_and_the_place(file, words, text):
    path = file(text)

    with pytest.raises(SettingsError) as told:
        load(path, {})

    assert words in str(told.value)
    assert str(told.value).startswith(str(path))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("text", "expected"), [("auto", (2.0, 50)), ("off", (0.0, 0)), ("5/250", (5.0, 250)), ("5", None), ("0/9", None)]
)
def test_rates(text, expected):
    assert expected == rate_of(text)
