// Too much at once, on purpose: here, and only here, a 503 that says so is right.

import { constants, deflateRawSync } from 'node:zlib'
import { encodeFrame, opcodes } from '../frame-socket.ts'
import { marks } from '../leaks.ts'
import { newPassword, type Person } from '../people.ts'
import type { Stage } from '../stage.ts'
import { asMember, demand, enter, isWelcome, openSocket, orLate } from './scene.ts'

/** More than are checked at a time, and more than may wait. */
const loginsAtOnce = 60
const connectsAtOnce = 45

export async function floodLogins(stage: Stage): Promise<void> {
  const tried = Array.from({ length: loginsAtOnce }, (_, at) =>
    stage.ask('flood of logins', 'POST', '/auth/login', {
      json: { email: `nobody-${at}@${marks.hostileMail}`, password: newPassword() },
      statuses: [401, 429],
      overloads: true,
    }),
  )
  await Promise.all(tried)
}

/** Of one member, all at once: thirty in a minute get in, ten stay, the others are told why. */
export async function floodConnects(stage: Stage): Promise<void> {
  const person = await stage.parts.people.open('hostile')
  const sockets = Array.from({ length: connectsAtOnce }, () =>
    openSocket(stage, { headers: asMember(person.token) }),
  )
  const welcomed = await Promise.all(sockets.map((socket) => socket.hear(isWelcome)))
  const refused = sockets.filter((_, at) => welcomed[at] === null)
  for (const socket of refused) {
    const { code } = await orLate(socket.ended)
    demand(stage, [4429, 4409].includes(code), {
      rule: 'a flood of connects is not refused as one',
      where: 'GET /ws/chat',
      evidence: code,
    })
  }
  demand(stage, refused.length >= connectsAtOnce - 30, {
    rule: 'a member connects more often than is allowed',
    where: 'GET /ws/chat',
    evidence: connectsAtOnce - refused.length,
  })
  for (const socket of sockets) socket.close()
}

/** Many requests on many connections at once, all of them cheap. */
export async function floodReads(stage: Stage): Promise<void> {
  const paths = [
    '/messages?limit=100',
    '/users/online',
    '/ready',
    '/health',
    '/openapi.json',
    '/docs',
  ]
  const asked = Array.from({ length: 300 }, (_, at) =>
    stage.ask('flood of reads', 'GET', paths[at % paths.length] ?? '/health', {
      statuses: [200, 429],
    }),
  )
  await Promise.all(asked)
}

/** Little on the wire, much when it is unpacked. */
export async function bombs(stage: Stage): Promise<void> {
  const { figures, people } = stage.parts
  // Of their own: the attack may have used up the connects of everyone else.
  const person = await people.open('hostile')
  for (const bytes of [100_000, 40_000_000]) {
    const agreed: [string, string] = ['Sec-WebSocket-Extensions', 'permessage-deflate']
    const socket = openSocket(stage, { headers: [agreed, ...asMember(person.token)] })
    await socket.opened
    socket.send(packed(Buffer.alloc(bytes, 'x')))
    stage.countFrames('bombs', 1)
    const { code } = await orLate(socket.ended)
    figures.count(`bombs closed with ${code}`)
    demand(stage, code === 1009, {
      rule: 'a bomb is not refused',
      where: `${bytes} bytes`,
      evidence: code,
    })
    socket.drop()
  }
  await packedUnasked(stage, person)
}

/** As permessage-deflate sends it. */
function packed(payload: Buffer): Buffer {
  const deflated = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH })
  return encodeFrame({ opcode: opcodes.text, payload: deflated.subarray(0, -4), reserved: 4 })
}

/** A packed frame where that was not agreed on. */
async function packedUnasked(stage: Stage, person: Person): Promise<void> {
  const socket = await enter(stage, person)
  if (!socket) return
  socket.send(packed(Buffer.from('{"event":"ping","data":{}}')))
  stage.countFrames('bombs', 1)
  const { code } = await orLate(socket.ended)
  demand(stage, [1002, 1006, 4400].includes(code), {
    rule: 'a packed frame that nobody agreed on is taken',
    where: 'a socket',
    evidence: code,
  })
}
