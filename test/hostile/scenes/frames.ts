// One attacker after the other opens sockets, as many as a member may, and plays a script on each.

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { brokenOnes, type Script, scripts } from '../attacks/frames.ts'
import type { FrameSocket } from '../frame-socket.ts'
import type { Person } from '../people.ts'
import type { Stage } from '../stage.ts'
import { asMember, expectedCodes, isWelcome, openSocket, orLate, type Scene } from './scene.ts'

/** A member may connect 30 times in a minute. */
const connects = { max: 27, windowMs: 61_000 }
const scriptsMade = 40
const settleMs = 150
const inTurnMs = 100
const endWithinMs = 10_000

const errors = (texts: readonly string[]) =>
  texts.reduce((count, text) => count + text.split('"event":"error"').length - 1, 0)

/** @param goOn whether more frames are wanted */
export async function attackByFrames(
  stage: Stage,
  person: Person,
  { seed, goOn, breathe }: { seed: number; goOn: () => boolean; breathe: () => Promise<void> },
): Promise<void> {
  const connectedAt: number[] = []
  for (let round = 0; goOn(); round++) {
    const made = fc.sample(scripts(stage.parts.target), {
      seed: seed + round * 7_919,
      numRuns: scriptsMade,
    })
    for (const script of made) {
      if (!goOn()) return
      const oldest = connectedAt.at(-connects.max)
      if (oldest !== undefined) {
        const waitMs = oldest + connects.windowMs - Date.now()
        if (waitMs > 0 && !(await waited(waitMs, goOn))) return
      }
      connectedAt.push(Date.now())
      await breathe()
      await playScript(stage, person, script)
    }
  }
}

/** @returns whether to go on */
async function waited(ms: number, goOn: () => boolean): Promise<boolean> {
  const until = Date.now() + ms
  while (goOn() && Date.now() < until) await delay(Math.min(200, until - Date.now() + 1))
  return goOn()
}

/** Each way to break the protocol in its turn: chance might leave one out. */
export const eachInTurn: Scene = {
  name: 'each way to break the protocol',
  pauseMs: 0,
  async play(stage) {
    for (const script of brokenOnes) {
      await playScript(stage, stage.anAttacker(), script)
      await delay(inTurnMs)
    }
  },
}

async function playScript(stage: Stage, person: Person, script: Script): Promise<void> {
  const { figures, random } = stage.parts
  const batching = random.chance(0.7)
  const socket = batching
    ? openSocket(stage, { headers: asMember(person.token) })
    : openSocket(stage, { query: `token=${person.token}` })
  if (!(await socket.hear(isWelcome))) {
    const { code } = await orLate(socket.ended)
    if (code === 4429) figures.count('sockets turned away as too many')
    else blame(stage, script, 'a member is not let in', String(code))
    return
  }
  for (const { bytes } of script.acts) socket.send(bytes)
  stage.countFrames(
    script.kind,
    script.acts.reduce((sum, { frames }) => sum + frames, 0),
  )
  figures.count('attacks by frames')
  await delay(settleMs)
  if (script.fate === 'lives') await mustLive(stage, socket, script)
  else await mayEnd(stage, socket, script)
  stage.judgeTexts(socket.texts, batching, script.kind)
}

let lived = 0

/** Whatever was said, it answers what comes then, and every frame that was none was refused. */
async function mustLive(stage: Stage, socket: FrameSocket, script: Script): Promise<void> {
  // Its refusal comes after the answers to all that was said.
  const last = `the-end-${++lived}`
  socket.say(JSON.stringify({ event: 'end', data: { client_id: last } }))
  const alive = await socket.hear((text) => text.includes(last))
  if (alive === null) {
    const { code, reason } = await orLate(socket.ended)
    blame(
      stage,
      script,
      'a socket did not live through frames within the limits',
      `${code} ${reason}`,
    )
  }
  const bad = script.acts.filter((act) => act.bad).length
  const refused = errors(socket.texts) - 1
  if (alive !== null && refused < bad)
    blame(stage, script, 'a bad frame got no error', `${refused} errors for ${bad} bad frames`)
  socket.close()
}

async function mayEnd(stage: Stage, socket: FrameSocket, script: Script): Promise<void> {
  const must = script.fate === 'ends'
  const ended = await Promise.race([socket.ended, delay(must ? endWithinMs : 1_000, null)])
  if (ended === null) {
    if (must) blame(stage, script, 'a socket does not end', 'nothing happened')
    socket.close()
    return
  }
  const { code, reason } = ended
  stage.parts.figures.count(`closed by the service: ${code}`)
  // A broken frame may cost the connection, and a close comes back with its own code.
  const isRight =
    expectedCodes.has(code) ||
    (script.kind === 'broken protocol' && code === 1006) ||
    (script.kind === 'strange closes' && (code === 2_999 || code === 4_999))
  if (!isRight) blame(stage, script, 'a socket ended as no limit explains', `${code} ${reason}`)
}

function blame(stage: Stage, { kind, acts }: Script, rule: string, seen: string): void {
  const sent = acts.slice(0, 20).map(({ bytes }) => bytes.toString('hex').slice(0, 400))
  stage.parts.findings.report(rule, `a script of ${kind}`, `${seen}\n${sent.join('\n')}`)
}
