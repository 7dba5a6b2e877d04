// How long a refusal takes, where the time could tell what the words do not: whether there is such
// an account, and whether there is such a session.

import { marks } from '../leaks.ts'
import { newPassword } from '../people.ts'
import type { Asked, Stage } from '../stage.ts'
import { type Comparison, compareTimes, sentenceOf } from '../timing.ts'

/** The first calls warm up what the others find warm. */
const warmUp = 6

export type Measured = { what: string; result: Comparison }

type Trial = () => Promise<unknown>

/** @param samples of each kind */
export async function measure(stage: Stage, samples: number): Promise<Measured[]> {
  const measured = [
    { what: 'login: a known account and none', result: await logins(stage, samples) },
    ...(stage.has('endSession')
      ? [{ what: 'ending a session of another and none', result: await sessions(stage, samples) }]
      : []),
  ]
  for (const { what, result } of measured)
    if (result.distinguishable)
      stage.parts.findings.report('times tell what words do not', what, sentenceOf(result))
  return measured
}

function logins(stage: Stage, samples: number): Promise<Comparison> {
  const { attackers } = stage.parts.target
  const strangers = attackers.map((_, at) => `nobody-${at}-0000@${marks.hostileMail}`)
  const tried = (email: string): Asked => ({
    json: { email, password: newPassword() },
    statuses: [401],
  })
  const at = (emails: string[], index: number) => emails[index % emails.length] ?? ''
  const known = attackers.map(({ email }) => email)
  return interleaved(stage, samples, (index) => [
    () => stage.ask('times: login', 'POST', '/auth/login', tried(at(known, index))),
    () => stage.ask('times: login', 'POST', '/auth/login', tried(at(strangers, index))),
  ])
}

function sessions(stage: Stage, samples: number): Promise<Comparison> {
  const { honest, attackers } = stage.parts.target
  const token = attackers[0]?.token ?? ''
  const asked: Asked = { token, statuses: [404] }
  const theirs = honest.map(({ sessionId }) => sessionId)
  return interleaved(stage, samples, (index) => [
    () =>
      stage.ask(
        'times: session',
        'DELETE',
        `/auth/sessions/${theirs[index % theirs.length]}`,
        asked,
      ),
    () => stage.ask('times: session', 'DELETE', `/auth/sessions/${crypto.randomUUID()}`, asked),
  ])
}

/** In pairs, the first of which is drawn, so that what changes meanwhile changes both. */
async function interleaved(
  { parts: { random } }: Stage,
  samples: number,
  pairOf: (index: number) => [Trial, Trial],
): Promise<Comparison> {
  const times: [number[], number[]] = [[], []]
  for (let index = -warmUp; index < samples; index++) {
    const pair = pairOf(Math.abs(index))
    for (const side of random.shuffle([0, 1] as const)) {
      const began = performance.now()
      await pair[side]()
      if (index >= 0) times[side].push(performance.now() - began)
    }
  }
  return compareTimes(...times)
}
