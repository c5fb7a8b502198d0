// b24jssdk over HTTPS: a call's life, clients, batches, every page, a refreshed token.
// Argument: the portal's ready line, and `record`, a WAV in base64. Prints one JSON object, as its fellows in Python do.
import { B24Hook, B24OAuth } from '@bitrix24/b24jssdk'

const ready = JSON.parse(process.argv[2])
const hook = B24Hook.fromWebhookUrl(ready.webhook.replace('127.0.0.1', 'localhost'))

async function ask(method, params, sdk = hook) {
  const answer = await sdk.actions.v2.call.make({ method, params })
  if (!answer.isSuccess) throw new Error(`${method}: ${answer.getErrorMessages().join('; ')}`)
  return answer.getData().result
}

// of some refusals the SDK makes a result, of others an exception
async function refusal(method, params) {
  try {
    const answer = await hook.actions.v2.call.make({ method, params })
    return answer.getErrorMessages()[0] ?? 'not refused'
  } catch (error) {
    return error.message
  }
}

async function callLife() {
  const asked = { USER_PHONE_INNER: '101', PHONE_NUMBER: '+79031234567', TYPE: 2, SHOW: 0, CRM_CREATE: 1, EXTERNAL_CALL_ID: 'js-1' }
  const call = await ask('telephony.externalCall.register', asked)
  const again = await ask('telephony.externalCall.register', asked)
  const shown = await ask('telephony.externalCall.show', { CALL_ID: call.CALL_ID, USER_ID: [2, 3] })
  const hidden = await ask('telephony.externalCall.hide', { CALL_ID: call.CALL_ID, USER_ID: [2, 3] })
  const finished = await ask('telephony.externalCall.finish', { CALL_ID: call.CALL_ID, USER_ID: 2, DURATION: 7, STATUS_CODE: '200' })
  const record = { CALL_ID: call.CALL_ID, FILENAME: 'talk.wav', FILE_CONTENT: ready.record }
  const file = await ask('telephony.externalCall.attachRecord', record)
  const found = await ask('telephony.externalCall.searchCrmEntities', { PHONE_NUMBER: '89031234567' })
  const [row] = await ask('voximplant.statistic.get', { FILTER: { CALL_ID: call.CALL_ID } })
  return {
    call_id: call.CALL_ID, again: again.CALL_ID === call.CALL_ID, created: call.CRM_CREATED_ENTITIES.map((entity) => entity.ENTITY_TYPE),
    shown, hidden, duration: finished.CALL_DURATION, file: file.FILE_ID > 0,
    found: found.map((entity) => [entity.CRM_ENTITY_TYPE, entity.CRM_ENTITY_ID === call.CRM_CREATED_LEAD]),
    row: [row.PHONE_NUMBER, row.CALL_DURATION, row.CALL_FAILED_CODE, row.RECORD_FILE_ID === file.FILE_ID],
  }
}

async function client() {
  const phone = [{ VALUE: '+74957770011', VALUE_TYPE: 'WORK' }]
  const id = await ask('crm.contact.add', { fields: { NAME: 'Vera', LAST_NAME: 'Lind', PHONE: phone } })
  await ask('crm.contact.update', { id, fields: { LAST_NAME: 'Wolf' } })
  const read = await ask('crm.contact.get', { id })
  const same = await ask('crm.duplicate.findbycomm', { entity_type: 'CONTACT', type: 'PHONE', values: ['+74957770011'] })
  const item = await ask('crm.item.get', { entityTypeId: 3, id })
  const deleted = await ask('crm.contact.delete', { id })
  const gone = await refusal('crm.contact.get', { id })
  return {
    name: [read.NAME, read.LAST_NAME], phone: read.PHONE[0].VALUE, same: same.CONTACT[0] === id, item: item.item.lastName, deleted, gone,
  }
}

async function batches() {
  const calls = {
    reg: { method: 'telephony.externalCall.register', params: { USER_ID: 3, PHONE_NUMBER: '+79035550001', TYPE: 2, SHOW: 0 } },
    fin: { method: 'telephony.externalCall.finish', params: { USER_ID: 3, CALL_ID: '$result[reg][CALL_ID]', DURATION: 3 } },
  }
  const named = await hook.actions.v2.batch.make({ calls, options: { isHaltOnError: true, returnAjaxResult: false } })
  const { reg, fin } = named.getData()
  const leads = Array.from({ length: 120 }, (_, number) => ['crm.lead.add', { fields: { TITLE: `Lead ${number}` } }])
  const added = await hook.actions.v2.batchByChunk.make({ calls: leads, options: { isHaltOnError: true } })
  return { reference: reg.CALL_ID === fin.CALL_ID, added: added.getData().length }
}

async function pages() {
  const list = { method: 'crm.lead.list', params: { select: ['ID', 'TITLE'] } }
  const fast = await hook.actions.v2.callList.make(list)
  let answer = await hook.actions.v2.call.make(list)
  const total = answer.getTotal()
  const slow = [...answer.getData().result]
  while (answer.isMore()) {
    answer = await answer.getNext(hook.getHttpClient('v2'))
    slow.push(...answer.getData().result)
  }
  const items = await hook.actions.v2.callList.make({
    method: 'crm.item.list', params: { entityTypeId: 1, select: ['id'] }, idKey: 'id', customKeyForResult: 'items',
  })
  const unique = new Set(fast.getData().map((lead) => lead.ID)).size
  return { total, fast: fast.getData().length, slow: slow.length, items: items.getData().length, unique }
}

// a token that was revoked by its own refresh: the SDK is refused, asks /oauth/token/ and tries again
async function refreshed() {
  const { client_id: clientId, client_secret: clientSecret, ...tokens } = ready.application
  const origin = `https://localhost:${new URL(ready.url).port}`
  const params = {
    applicationToken: tokens.application_token, userId: 1, memberId: tokens.member_id ?? '', accessToken: 'gone',
    refreshToken: tokens.refresh_token, expires: Math.floor(Date.now() / 1000) + 3600, expiresIn: 3600, scope: '',
    domain: origin, clientEndpoint: `${origin}/rest/`, serverEndpoint: `${origin}/rest/`, status: 'L', issuer: 'store',
  }
  const sdk = new B24OAuth({ ...params, expires: 1 }, { clientId, clientSecret })
  let told = 0
  sdk.setCallbackRefreshAuth(async () => { told += 1 })
  const profile = await ask('profile', {}, sdk)
  return { user: profile.ID, told }
}

const refused = await refusal('no.such.method', {})
const told = { call: await callLife(), client: await client(), batch: await batches(), pages: await pages() }
console.log(JSON.stringify({ ...told, refused, oauth: await refreshed() }))
