// Where attacks take place: sends a call, holds the answer against the contract, counts it, and
// reports what is wrong with a way to see it again.

import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../faults/figures.ts'
import type { Random } from '../faults/random.ts'
import { judgeAnswer } from './answers.ts'
import type { Attack, Target } from './attacks/attack.ts'
import { type Answer, type Call, pathOf } from './call.ts'
import { operationAt } from './contract.ts'
import { type Line, NoAnswer } from './exchange.ts'
import type { Findings } from './findings.ts'
import { type FrameRules, judgeText } from './frames.ts'
import { takenOver } from './horrors.ts'
import type { Leaks } from './leaks.ts'
import type { People, Person } from './people.ts'

export type StageParts = {
  port: number
  line: Line
  target: Target
  people: People
  leaks: Leaks
  figures: Figures
  findings: Findings
  random: Random
}

export type Heard = Answer & { json: Record<string, unknown> | undefined; code: string | null }

export type Asked = {
  token?: string
  headers?: [string, string][]
  json?: unknown
  /** Without these any that the contract has is right. */
  statuses?: readonly number[]
  overloads?: boolean
}

export class Stage {
  readonly parts: StageParts
  requests = 0
  frames = 0

  constructor(parts: StageParts) {
    this.parts = parts
  }

  /** Someone whose session goes on. */
  anAttacker(): Person {
    const { attackers, spares } = this.parts.target
    const person = attackers[this.parts.random.between(0, attackers.length - spares - 1)]
    if (!person) throw new Error('There is no attacker')
    return person
  }

  get frameRules(): FrameRules {
    const { target, people, leaks } = this.parts
    return { contract: target.contract, names: people.names, leaks }
  }

  has(operationId: string): boolean {
    return this.parts.target.contract.operations.some(({ id }) => id === operationId)
  }

  /** One call of a scene. */
  ask(kind: string, method: string, path: string, asked: Asked = {}): Promise<Heard | null> {
    const { token, headers = [], json, statuses, overloads = false } = asked
    const operation = operationAt(this.parts.target.contract, method, pathOf(path))
    return this.send({
      kind,
      as: null,
      call: {
        method,
        path,
        headers: [
          ...(token === undefined
            ? []
            : ([['authorization', `Bearer ${token}`]] as [string, string][])),
          ...(json === undefined
            ? []
            : ([['content-type', 'application/json']] as [string, string][])),
          ...headers,
        ],
        body: json === undefined ? null : Buffer.from(JSON.stringify(json)),
      },
      expected: { operation, statuses, overloads },
    })
  }

  async send(attack: Attack): Promise<Heard | null> {
    const { line, target, figures, leaks } = this.parts
    const person = attack.as === null ? undefined : target.attackers[attack.as]
    const call: Call = person
      ? {
          ...attack.call,
          headers: [['authorization', `Bearer ${person.token}`], ...attack.call.headers],
        }
      : attack.call
    this.requests++
    figures.count('requests')
    figures.count(`attacks by ${attack.kind.split(':')[0]}`)
    let answer: Answer
    try {
      answer = await line.exchange(call)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      // A body that is refused for its size is not read to its end.
      const isLarge = (call.body?.length ?? 0) > 65_536
      figures.count('requests without an answer')
      if (!isLarge) this.report('there is no answer', attack, `${error.message}\n${show(call)}`)
      return null
    }
    const { wrong, code, overloaded, foreign } = judgeAnswer(call, answer, attack.expected, {
      contract: target.contract,
      leaks,
    })
    figures.count(`answers ${foreign ? 'of the server in front: ' : ''}${answer.status}`)
    if (overloaded) figures.count('503 for an overload that was meant')
    const text = answer.body.toString()
    if (answer.status < 300 && takenOver.test(text))
      wrong.push('it took what only the service may set')
    for (const rule of wrong)
      this.report(rule, attack, `${show(call)}\n→ ${answer.status} ${text.slice(0, 400)}`)
    if (person && code === 'session_ended') await this.#renew(person)
    return { ...answer, json: parse(text), code }
  }

  /** Counts a socket of ours, and judges each text that comes. */
  judgeTexts(texts: readonly string[], batching: boolean, kind: string): void {
    for (const text of texts) {
      const { frames, wrong } = judgeText(text, { batching }, this.frameRules)
      this.parts.figures.count('frames heard', frames.length)
      for (const rule of wrong)
        this.parts.findings.report(rule, `a frame to ${kind}`, text.slice(0, 600))
    }
  }

  countFrames(kind: string, count: number): void {
    this.frames += count
    this.parts.figures.count('frames', count)
    this.parts.figures.count(`frames: ${kind}`, count)
  }

  report(rule: string, attack: Pick<Attack, 'kind' | 'expected' | 'call'>, evidence: string): void {
    const { operation } = attack.expected
    const where = operation ? `${operation.method} ${operation.path}` : 'an address that is none'
    this.parts.findings.report(rule, `${where} (${attack.kind})`, evidence)
  }

  async #renew(person: Person): Promise<void> {
    this.parts.figures.count('sessions begun again')
    try {
      await this.parts.people.renew(person)
    } catch (error) {
      this.parts.findings.report('nobody can log in again', 'POST /auth/login', String(error))
      await delay(1_000)
    }
  }
}

/** To do it again. */
function show({ method, path, headers, body }: Call): string {
  const lines = headers.map(([name, value]) => `${name}: ${value.slice(0, 200)}`)
  const bytes = body && (isText(body) ? body.toString() : `base64 ${body.toString('base64')}`)
  return [`${method} ${path.slice(0, 300)}`, ...lines.slice(0, 8), bytes?.slice(0, 500) ?? ''].join(
    '\n',
  )
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes)
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
