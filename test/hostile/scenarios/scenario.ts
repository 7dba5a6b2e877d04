// An attack of more than one call. Scenarios run again and again while the attack lasts.

import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { Header } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import { RawWebSocket } from '../raw-websocket.ts'

export type Scenario = {
  name: string
  /** Between the end of one run and the next. */
  pauseMs: number
  run(runner: AttackRunner): Promise<void>
}

/** The close codes of the contract. Any other code means that something failed. */
export const expectedCodes = new Set([
  ...[1000, 1001, 1002, 1003, 1007, 1009, 4400, 4401, 4403, 4408, 4409, 4429],
])

export function openSocket(
  runner: AttackRunner,
  { query = '', headers = [] }: { query?: string; headers?: Header[] },
): RawWebSocket {
  const { port, metrics } = runner.parts
  metrics.count('upgrades')
  const socket = new RawWebSocket({ port, path: `/ws/chat${query && `?${query}`}`, headers })
  socket.opened.then((status) =>
    metrics.count(status === 101 ? 'sockets opened' : `upgrades: ${status}`),
  )
  return socket
}

export const bearer = (token: string): Header[] => [
  ['Sec-WebSocket-Protocol', `chat.v1, bearer.${token}`],
]

export const isWelcome = (text: string) => text.includes('"event":"welcome"')

/**
 * Opens a socket that must be admitted. The account must be new, because other attacks use up the
 * connects of a shared one.
 */
export async function connect(
  runner: AttackRunner,
  account: Account,
): Promise<RawWebSocket | undefined> {
  const socket = openSocket(runner, { headers: bearer(account.token) })
  if (await socket.waitForText(isWelcome)) return socket
  const { code, reason } = await withDeadline(socket.ended)
  runner.parts.findings.report('a user is not admitted', 'GET /ws/chat', `${code} ${reason}`)
  return undefined
}

/** The socket must be closed with one of these codes before its welcome. */
export async function expectRefused(
  runner: AttackRunner,
  socket: RawWebSocket,
  what: string,
  codes: readonly number[],
): Promise<void> {
  const { code, reason } = await withDeadline(socket.ended)
  const isAdmitted = socket.texts.some(isWelcome)
  if (!isAdmitted && codes.includes(code)) return
  const seen = isAdmitted ? 'it was admitted' : `it was closed with ${code} ${reason}`
  runner.parts.findings.report('a socket is not refused as it should be', what, seen)
  socket.drop()
}

/** The socket, if it was admitted, must be closed with this code in time. */
export async function expectClosed(
  runner: AttackRunner,
  socket: RawWebSocket | undefined,
  what: string,
  code: number,
): Promise<void> {
  if (!socket) return
  const { metrics, findings } = runner.parts
  const startedAt = performance.now()
  const ended = await withDeadline(socket.ended)
  const tookMs = performance.now() - startedAt
  metrics.time('a socket until it is closed', tookMs)
  if (ended.code === code && tookMs <= closedWithinMs) return
  const seen = `${ended.code} ${ended.reason} after ${Math.round(tookMs)} ms, not ${code}`
  findings.report('a socket is not closed as it should be', what, seen)
  socket.drop()
}

/** Reports a finding unless `holds` is true. */
export function expectThat(
  runner: AttackRunner,
  rule: string,
  holds: boolean,
  evidence: unknown,
): void {
  if (!holds) runner.parts.findings.report(rule, 'a scenario', JSON.stringify(evidence) ?? 'none')
}

/** The contract says one second, but the machine is under attack. */
const closedWithinMs = 5_000
const deadlineMs = 20_000

export function withDeadline<T>(work: Promise<T>): Promise<T | { code: number; reason: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ code: 0, reason: 'nothing happened' }), deadlineMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

let made = 0

export const newText = () => `${markers.attack} says ${++made}`
