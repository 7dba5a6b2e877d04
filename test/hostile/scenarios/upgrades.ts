// Upgrades with forged tokens, foreign origins and invalid positions, and broken handshakes.

import { setTimeout as delay } from 'node:timers/promises'
import { encoded } from '../attacks/attack.ts'
import { forgeryNames, forgeToken } from '../forged-tokens.ts'
import * as hostileStrings from '../hostile-strings.ts'
import type { Header } from '../http-call.ts'
import {
  bearer,
  connect,
  expectRefused,
  expectThat,
  isWelcome,
  openSocket,
  type Scenario,
} from './scenario.ts'

/** Whether the token can be a subprotocol in a header. */
const inProtocol = (token: string) => /^[\w.!-]*$/.test(token)

export const forgedUpgrade: Scenario = {
  name: 'upgrades with forged tokens',
  pauseMs: 500,
  async run(runner) {
    const { target, random } = runner.parts
    const account = runner.pickAttacker()
    const nowSeconds = Math.floor(Date.now() / 1_000)
    for (const name of random.some(forgeryNames, 6)) {
      const token = forgeToken(name, { secret: target.jwtSecret, account, nowSeconds })
      const byHeader = inProtocol(token) && random.chance(0.5)
      const socket = byHeader
        ? openSocket(runner, { headers: bearer(token) })
        : openSocket(runner, { query: `token=${encodeURIComponent(token)}` })
      await expectRefused(runner, socket, `a token: ${name}`, [4401])
    }
  },
}

export const foreignUpgrade: Scenario = {
  name: 'upgrades from foreign origins',
  pauseMs: 500,
  async run(runner) {
    const { random } = runner.parts
    const account = runner.pickAttacker()
    const origin = random.pick(hostileStrings.foreignOrigins) as string
    const socket = openSocket(runner, { headers: [['Origin', origin], ...bearer(account.token)] })
    await expectRefused(runner, socket, `the origin ${origin}`, [4403])
  },
}

export const invalidPositions: Scenario = {
  name: 'invalid positions',
  pauseMs: 1_500,
  async run(runner) {
    const { random } = runner.parts
    const account = runner.pickAttacker()
    const since = random.pick([
      '-1',
      '0',
      '1',
      '1e9',
      '999999999999999',
      'NaN',
      '1;drop',
      ...hostileStrings.texts,
    ])
    const epoch = random.pick(['x', 'e'.repeat(5_000), ...hostileStrings.texts])
    const query = `epoch=${encoded(String(epoch))}&since=${encoded(String(since))}&since=2&token=x`
    const socket = openSocket(runner, { query, headers: bearer(account.token) })
    const welcome = await socket.waitForText(isWelcome)
    expectThat(
      runner,
      'an invalid position is resumed, or keeps a user out',
      welcome?.includes('"resumed":false') === true || (await isLimited(socket)),
      { query, welcome },
    )
    runner.checkTexts(socket.texts, true, 'a resumed socket')
    socket.close()
  },
}

async function isLimited(socket: { ended: Promise<{ code: number }> }): Promise<boolean> {
  return (await socket.ended).code === 4429
}

/** Wrong handshakes, and sockets that are dropped during the handshake. */
export const brokenUpgrade: Scenario = {
  name: 'broken handshakes',
  pauseMs: 1_500,
  async run(runner) {
    const { random, metrics } = runner.parts
    const account = runner.pickAttacker()
    const headers = random.pick<Header[]>([
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
    const broken = openSocket(runner, { headers })
    const left = openSocket(runner, { headers: bearer(account.token) })
    const status = await Promise.race([broken.opened, delay(5_000, -1)])
    metrics.count(`broken handshakes: ${status === -1 ? 'waiting' : status || 'cut'}`)
    if (status >= 500)
      runner.parts.findings.report(`it answers ${status}`, 'an upgrade', JSON.stringify(headers))
    if (random.chance(0.5)) await left.opened
    left.drop()
    broken.drop()
  },
}

/** A slow consumer, which reads nothing for a while. */
export const unreadSocket: Scenario = {
  name: 'slow consumers',
  pauseMs: 4_000,
  async run(runner) {
    const socket = await connect(runner, await runner.parts.accounts.open('hostile'))
    socket?.stopReading()
    await delay(8_000)
    socket?.drop()
  },
}
