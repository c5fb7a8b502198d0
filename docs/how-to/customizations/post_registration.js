#!/usr/bin/env node
// For a missed call from outside a lead is made in another system, by its webhook.
// Nothing comes back: the connector does not wait for more than the answer of that system.
const lines = require('readline').createInterface({input: process.stdin});

lines.on('line', async (line) => {
  const {id, dry, payload} = JSON.parse(line);
  const {channel, is_ivr} = payload.call_full;
  const missed = payload.call_stage === 'call_ended' && channel.type === 'incoming' && !channel.was_answered;
  let state = 'success';
  if (missed && !dry) {
    const lead = {phone: channel.from.custom || channel.from.original, line: channel.trunk.original, is_ivr};
    const answer = await fetch(process.env.LEADS_URL, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(lead),
    }).catch((error) => ({ok: false, status: error.message}));
    if (!answer.ok) {
      console.error(`no lead: ${answer.status}`);
      state = 'error';
    }
  }
  console.log(JSON.stringify({id, state}));
});
