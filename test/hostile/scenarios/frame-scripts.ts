// Opens sockets, as many as one user may, and sends a script of frames over each.

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import { brokenScripts, type Script, scripts } from '../attacks/frame-scripts.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import {
  bearer,
  expectedCodes,
  isWelcome,
  openSocket,
  type Scenario,
  withDeadline,
} from './scenario.ts'

/** A user may connect 30 times a minute. */
const connects = { max: 27, windowMs: 61_000 }
const scriptsMade = 40
const settleMs = 150
const inTurnMs = 100
const endWithinMs = 10_000

const errors = (texts: readonly string[]) =>
  texts.reduce((count, text) => count + text.split('"event":"error"').length - 1, 0)

/** Runs scripts of one account until `shouldContinue` says no. */
export async function attackByFrames(
  runner: AttackRunner,
  account: Account,
  {
    seed,
    shouldContinue,
    throttle,
  }: { seed: number; shouldContinue: () => boolean; throttle: () => Promise<void> },
): Promise<void> {
  const connectedAt: number[] = []
  for (let round = 0; shouldContinue(); round++) {
    const made = fc.sample(scripts(runner.parts.target), {
      seed: seed + round * 7_919,
      numRuns: scriptsMade,
    })
    for (const script of made) {
      if (!shouldContinue()) return
      const oldest = connectedAt.at(-connects.max)
      if (oldest !== undefined) {
        const waitMs = oldest + connects.windowMs - Date.now()
        if (waitMs > 0 && !(await waitFor(waitMs, shouldContinue))) return
      }
      connectedAt.push(Date.now())
      await throttle()
      await runScript(runner, account, script)
    }
  }
}

/** @returns whether to continue */
async function waitFor(ms: number, shouldContinue: () => boolean): Promise<boolean> {
  const until = Date.now() + ms
  while (shouldContinue() && Date.now() < until) await delay(Math.min(200, until - Date.now() + 1))
  return shouldContinue()
}

/** Breaks the protocol in each way once, because random scripts might leave one out. */
export const eachInTurn: Scenario = {
  name: 'each way to break the protocol',
  pauseMs: 0,
  async run(runner) {
    for (const script of brokenScripts) {
      await runScript(runner, runner.pickAttacker(), script)
      await delay(inTurnMs)
    }
  },
}

async function runScript(runner: AttackRunner, account: Account, script: Script): Promise<void> {
  const { metrics, random } = runner.parts
  const batching = random.chance(0.7)
  const socket = batching
    ? openSocket(runner, { headers: bearer(account.token) })
    : openSocket(runner, { query: `token=${account.token}` })
  if (!(await socket.waitForText(isWelcome))) {
    const { code } = await withDeadline(socket.ended)
    if (code === 4429) metrics.count('sockets refused as too many')
    else report(runner, script, 'a user is not admitted', String(code))
    return
  }
  for (const { bytes } of script.actions) socket.send(bytes)
  runner.countFrames(
    script.kind,
    script.actions.reduce((sum, { frames }) => sum + frames, 0),
  )
  metrics.count('attacks by frames')
  await delay(settleMs)
  if (script.expectedEnd === 'open') await expectOpen(runner, socket, script)
  else await checkEnd(runner, socket, script)
  runner.checkTexts(socket.texts, batching, script.kind)
}

let lastFrames = 0

/** The socket must answer a last frame, and must have refused every bad frame. */
async function expectOpen(
  runner: AttackRunner,
  socket: RawWebSocket,
  script: Script,
): Promise<void> {
  // Its refusal comes after the answers to all earlier frames.
  const last = `the-end-${++lastFrames}`
  socket.sendText(JSON.stringify({ event: 'end', data: { client_id: last } }))
  const alive = await socket.waitForText((text) => text.includes(last))
  if (alive === null) {
    const { code, reason } = await withDeadline(socket.ended)
    report(
      runner,
      script,
      'a socket was closed although its frames kept the limits',
      `${code} ${reason}`,
    )
  }
  const bad = script.actions.filter((act) => act.bad).length
  const refused = errors(socket.texts) - 1
  if (alive !== null && refused < bad)
    report(runner, script, 'a bad frame got no error', `${refused} errors for ${bad} bad frames`)
  socket.close()
}

async function checkEnd(runner: AttackRunner, socket: RawWebSocket, script: Script): Promise<void> {
  const must = script.expectedEnd === 'closed'
  const ended = await Promise.race([socket.ended, delay(must ? endWithinMs : 1_000, null)])
  if (ended === null) {
    if (must) report(runner, script, 'a socket stays open', 'nothing happened')
    socket.close()
    return
  }
  const { code, reason } = ended
  runner.parts.metrics.count(`closed by the service: ${code}`)
  // A broken frame may end the connection, and a close frame is answered with its own code.
  const isRight =
    expectedCodes.has(code) ||
    (script.kind === 'broken protocol' && code === 1006) ||
    (script.kind === 'strange closes' && (code === 2_999 || code === 4_999))
  if (!isRight)
    report(runner, script, 'a socket was closed with an unexpected code', `${code} ${reason}`)
}

function report(runner: AttackRunner, { kind, actions }: Script, rule: string, seen: string): void {
  const sent = actions.slice(0, 20).map(({ bytes }) => bytes.toString('hex').slice(0, 400))
  runner.parts.findings.report(rule, `a script of ${kind}`, `${seen}\n${sent.join('\n')}`)
}
