// Overloads the service on purpose. Only here is a 503 for overload a correct answer.

import { constants, deflateRawSync } from 'node:zlib'
import { type Account, newPassword } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { Header } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import { encodeFrame, opcodes } from '../raw-websocket.ts'
import { bearer, connect, expectThat, isWelcome, openSocket, withDeadline } from './scenario.ts'

/** More logins than the service checks and queues. */
const loginsAtOnce = 60
const connectsAtOnce = 45

export async function floodLogins(runner: AttackRunner): Promise<void> {
  const tried = Array.from({ length: loginsAtOnce }, (_, at) =>
    runner.ask('flood of logins', 'POST', '/auth/login', {
      json: { email: `nobody-${at}@${markers.hostileDomain}`, password: newPassword() },
      statuses: [401, 429],
      overloads: true,
    }),
  )
  await Promise.all(tried)
}

/** One user connects many times at once: 30 a minute are admitted, of which 10 stay. */
export async function floodConnects(runner: AttackRunner): Promise<void> {
  const account = await runner.parts.accounts.open('hostile')
  const sockets = Array.from({ length: connectsAtOnce }, () =>
    openSocket(runner, { headers: bearer(account.token) }),
  )
  const welcomed = await Promise.all(sockets.map((socket) => socket.waitForText(isWelcome)))
  const refused = sockets.filter((_, at) => welcomed[at] === null)
  for (const socket of refused) {
    const { code } = await withDeadline(socket.ended)
    expectThat(runner, 'a flood of connects is not refused', [4429, 4409].includes(code), code)
  }
  expectThat(
    runner,
    'a member connects more often than is allowed',
    refused.length >= connectsAtOnce - 30,
    connectsAtOnce - refused.length,
  )
  for (const socket of sockets) socket.close()
}

/** Many cheap requests at the same time. */
export async function floodReads(runner: AttackRunner): Promise<void> {
  const paths = [
    '/messages?limit=100',
    '/users/online',
    '/ready',
    '/health',
    '/openapi.json',
    '/docs',
  ]
  const asked = Array.from({ length: 300 }, (_, at) =>
    runner.ask('flood of reads', 'GET', paths[at % paths.length] ?? '/health', {
      statuses: [200, 429],
    }),
  )
  await Promise.all(asked)
}

/** Compressed frames that are small on the wire and very large in memory. */
export async function bombs(runner: AttackRunner): Promise<void> {
  const { metrics, accounts } = runner.parts
  // A new account, because the attack may have used up the connects of the others.
  const account = await accounts.open('hostile')
  for (const bytes of [100_000, 40_000_000]) {
    const agreed: Header = ['Sec-WebSocket-Extensions', 'permessage-deflate']
    const socket = openSocket(runner, { headers: [agreed, ...bearer(account.token)] })
    await socket.opened
    socket.send(compressed(Buffer.alloc(bytes, 'x')))
    runner.countFrames('bombs', 1)
    const { code } = await withDeadline(socket.ended)
    metrics.count(`bombs closed with ${code}`)
    expectThat(runner, 'a compression bomb is not refused', code === 1009, [bytes, code])
    socket.drop()
  }
  await sendCompressedWithoutExtension(runner, account)
}

/** A frame as permessage-deflate sends it. */
function compressed(payload: Buffer): Buffer {
  const deflated = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH })
  return encodeFrame({ opcode: opcodes.text, payload: deflated.subarray(0, -4), reserved: 4 })
}

/** A compressed frame without permessage-deflate. */
async function sendCompressedWithoutExtension(
  runner: AttackRunner,
  account: Account,
): Promise<void> {
  const socket = await connect(runner, account)
  if (!socket) return
  socket.send(compressed(Buffer.from('{"event":"ping","data":{}}')))
  runner.countFrames('bombs', 1)
  const { code } = await withDeadline(socket.ended)
  expectThat(
    runner,
    'a compressed frame is accepted without permessage-deflate',
    [1002, 1006, 4400].includes(code),
    code,
  )
}
