// Sending a form of ours: every one carries the token of this session, against forms that other sites make.
export const post = (path, fields = {}) =>
  fetch(path, {
    method: "POST",
    body: new URLSearchParams({ ...fields, form_token: document.body.dataset.formToken }),
  });

// The server's answer to a form: { said } for a line to show, { form } for the form with its mistakes, { refused }.
export async function send(path, fields) {
  try {
    const answer = await post(path, fields);
    if (answer.redirected) return location.reload();
    const text = await answer.text();
    if (answer.ok) return { said: text };
    if (answer.status === 422) return { form: text };
    if (answer.status === 409) return { refused: text };
  } catch {
    // no answer at all
  }
  return {};
}
