// The door of the room: forged tokens, foreign origins, positions that are none, and handshakes that
// are broken off.

import { setTimeout as delay } from 'node:timers/promises'
import { encoded } from '../attacks/attack.ts'
import { forge, forgeryNames } from '../forged.ts'
import * as horrors from '../horrors.ts'
import {
  asMember,
  demand,
  enter,
  isWelcome,
  mustBeTurnedAway,
  openSocket,
  type Scene,
} from './scene.ts'

const foreign = [
  'https://evil.example',
  'http://localhost.evil.example',
  'http://evil.example:8787',
  'file://',
  'http://localhost@evil.example',
  '*',
]
/** What may stand in a header, and no comma or space: those part subprotocols. */
const inProtocol = (token: string) => /^[\w.!-]*$/.test(token)

export const forgedEntry: Scene = {
  name: 'forged tokens at the door',
  pauseMs: 500,
  async play(stage) {
    const { target, random } = stage.parts
    const person = stage.anAttacker()
    const nowSeconds = Math.floor(Date.now() / 1_000)
    for (const name of random.some(forgeryNames, 6)) {
      const token = forge(name, { secret: target.jwtSecret, person, nowSeconds })
      const byHeader = inProtocol(token) && random.chance(0.5)
      const socket = byHeader
        ? openSocket(stage, { headers: asMember(token) })
        : openSocket(stage, { query: `token=${encodeURIComponent(token)}` })
      await mustBeTurnedAway(stage, socket, { what: `a token: ${name}`, codes: [4401] })
    }
  },
}

export const foreignEntry: Scene = {
  name: 'sockets of foreign pages',
  pauseMs: 500,
  async play(stage) {
    const { random } = stage.parts
    const person = stage.anAttacker()
    const origin = random.pick(foreign) as string
    const socket = openSocket(stage, { headers: [['Origin', origin], ...asMember(person.token)] })
    await mustBeTurnedAway(stage, socket, { what: `the origin ${origin}`, codes: [4403] })
  },
}

export const strangePositions: Scene = {
  name: 'positions that are none',
  pauseMs: 1_500,
  async play(stage) {
    const { random } = stage.parts
    const person = stage.anAttacker()
    const since = random.pick([
      '-1',
      '0',
      '1',
      '1e9',
      '999999999999999',
      'NaN',
      '1;drop',
      ...horrors.texts,
    ])
    const epoch = random.pick(['x', 'e'.repeat(5_000), ...horrors.texts])
    const query = `epoch=${encoded(String(epoch))}&since=${encoded(String(since))}&since=2&token=x`
    const socket = openSocket(stage, { query, headers: asMember(person.token) })
    const welcome = await socket.hear(isWelcome)
    demand(stage, welcome?.includes('"resumed":false') === true || (await isLimited(socket)), {
      rule: 'a position that is none is resumed, or keeps a member out',
      where: 'GET /ws/chat',
      evidence: { query, welcome },
    })
    stage.judgeTexts(socket.texts, true, 'a resumed socket')
    socket.close()
  },
}

async function isLimited(socket: { ended: Promise<{ code: number }> }): Promise<boolean> {
  return (await socket.ended).code === 4429
}

/** Handshakes that are wrong, and sockets that are left without a word. */
export const brokenEntry: Scene = {
  name: 'handshakes broken off',
  pauseMs: 1_500,
  async play(stage) {
    const { random, figures } = stage.parts
    const person = stage.anAttacker()
    const headers = random.pick<[string, string][]>([
      [['Sec-WebSocket-Version', '12']],
      [['Sec-WebSocket-Version', 'x']],
      [['Sec-WebSocket-Key', 'short']],
      [['Sec-WebSocket-Key', '']],
      [['Connection', 'keep-alive']],
      [['Upgrade', 'h2c']],
      [
        [
          'Sec-WebSocket-Extensions',
          `permessage-deflate; server_max_window_bits=${'9'.repeat(500)}`,
        ],
      ],
      [
        [
          'Sec-WebSocket-Extensions',
          'x-unknown; a=b, permessage-deflate; client_max_window_bits=99',
        ],
      ],
      [['Sec-WebSocket-Protocol', Array.from({ length: 200 }, (_, at) => `p${at}`).join(', ')]],
      [['Sec-WebSocket-Protocol', 'chat.v1']],
      [['Sec-WebSocket-Protocol', ',,,']],
      [['Content-Length', '5']],
      [['Transfer-Encoding', 'chunked']],
    ])
    const broken = openSocket(stage, { headers })
    const left = openSocket(stage, { headers: asMember(person.token) })
    const status = await Promise.race([broken.opened, delay(5_000, -1)])
    figures.count(`broken handshakes: ${status === -1 ? 'waiting' : status || 'cut'}`)
    if (status >= 500)
      stage.parts.findings.report(`it answers ${status}`, 'an upgrade', JSON.stringify(headers))
    if (random.chance(0.5)) await left.opened
    left.drop()
    broken.drop()
  },
}

/** It reads nothing of what it is told, for a while. */
export const deafSocket: Scene = {
  name: 'sockets that read nothing',
  pauseMs: 4_000,
  async play(stage) {
    const socket = await enter(stage, await stage.parts.people.open('hostile'))
    socket?.goDeaf()
    await delay(8_000)
    socket?.drop()
  },
}
