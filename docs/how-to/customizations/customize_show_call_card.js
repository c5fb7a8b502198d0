#!/usr/bin/env node
// The card is not shown to users who are away: a list of ids in a file, one per line.
const fs = require('fs');
const lines = require('readline').createInterface({input: process.stdin});

lines.on('line', (line) => {
  const {id, payload} = JSON.parse(line);
  const file = process.env.AWAY || '/etc/cordboard/away.txt';
  const away = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];
  const users = payload.USER_ID.filter((user) => !away.includes(user));
  // nobody is left: empty data, the card is not shown
  console.log(JSON.stringify({id, data: users.length ? {USER_ID: users} : {}, state: 'success'}));
});
