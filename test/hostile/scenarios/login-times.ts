// Whether the time of an answer reveals that an account or a session exists.

import { setTimeout as delay } from 'node:timers/promises'
import { newPassword } from '../accounts.ts'
import type { AttackRunner, RequestOptions } from '../attack-runner.ts'
import { markers } from '../leak-detector.ts'
import { type Comparison, compareTimes, sentenceOf } from '../timing.ts'

/** Calls that are not measured. */
const warmUp = 6

export type Measured = { what: string; result: Comparison }

type Trial = () => Promise<unknown>

/** @param samples how many calls of each kind are measured */
export async function measure(runner: AttackRunner, samples: number): Promise<Measured[]> {
  const measured = [
    { what: 'login: with and without an account', result: await logins(runner, samples) },
    {
      what: 'forgotten password: with and without an account',
      result: await forgottenPasswords(runner, samples),
    },
    {
      what: 'ending a session: of another user and unknown',
      result: await sessions(runner, samples),
    },
  ]
  for (const { what, result } of measured)
    if (result.distinguishable)
      runner.parts.findings.report(
        'the time of an answer reveals a secret',
        what,
        sentenceOf(result),
      )
  return measured
}

/** Addresses of accounts, and as many without one. */
function addressesOf(runner: AttackRunner): { known: string[]; unknown: string[] } {
  const { attackers } = runner.parts.target
  return {
    known: attackers.map(({ email }) => email),
    unknown: attackers.map((_, at) => `nobody-${at}-0000@${markers.hostileDomain}`),
  }
}

const at = (emails: string[], index: number) => emails[index % emails.length] ?? ''

/** The work after an answer would slow the next call, which is more often one of the other kind. */
const quietMs = 25

function forgottenPasswords(runner: AttackRunner, samples: number): Promise<Comparison> {
  const { known, unknown } = addressesOf(runner)
  const ask = (email: string) =>
    runner.ask('times: forgotten password', 'POST', '/auth/password/forgot', {
      ...{ json: { email }, statuses: [202] },
    })
  const quiet = () => delay(quietMs)
  return interleaved(
    runner,
    samples,
    (index) => [() => ask(at(known, index)), () => ask(at(unknown, index))],
    quiet,
  )
}

function logins(runner: AttackRunner, samples: number): Promise<Comparison> {
  const { known, unknown } = addressesOf(runner)
  const tried = (email: string): RequestOptions => ({
    json: { email, password: newPassword() },
    statuses: [401],
  })
  return interleaved(runner, samples, (index) => [
    () => runner.ask('times: login', 'POST', '/auth/login', tried(at(known, index))),
    () => runner.ask('times: login', 'POST', '/auth/login', tried(at(unknown, index))),
  ])
}

function sessions(runner: AttackRunner, samples: number): Promise<Comparison> {
  const { wellBehaved, attackers } = runner.parts.target
  const token = attackers[0]?.token ?? ''
  const asked: RequestOptions = { token, statuses: [404] }
  const theirs = wellBehaved.map(({ sessionId }) => sessionId)
  return interleaved(runner, samples, (index) => [
    () =>
      runner.ask(
        'times: session',
        'DELETE',
        `/auth/sessions/${theirs[index % theirs.length]}`,
        asked,
      ),
    () => runner.ask('times: session', 'DELETE', `/auth/sessions/${crypto.randomUUID()}`, asked),
  ])
}

/** Measures in pairs in random order, so that a change of load affects both kinds alike. */
async function interleaved(
  { parts: { random } }: AttackRunner,
  samples: number,
  pairOf: (index: number) => [Trial, Trial],
  before: Trial = async () => {},
): Promise<Comparison> {
  const times: [number[], number[]] = [[], []]
  for (let index = -warmUp; index < samples; index++) {
    const pair = pairOf(Math.abs(index))
    for (const side of random.shuffle([0, 1] as const)) {
      await before()
      const began = performance.now()
      await pair[side]()
      if (index >= 0) times[side].push(performance.now() - began)
    }
  }
  return compareTimes(...times)
}
