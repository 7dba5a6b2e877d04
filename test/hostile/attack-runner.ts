// Sends the calls of an attack, checks and counts the answers, and reports each violation with what
// is needed to repeat it.

import { setTimeout as delay } from 'node:timers/promises'
import type { Metrics } from '../harness/metrics.ts'
import type { Random } from '../harness/random.ts'
import { NoAnswer } from '../harness/rest.ts'
import type { Account, Accounts } from './accounts.ts'
import { checkAnswer } from './answer-checks.ts'
import type { Attack, Target } from './attacks/attack.ts'
import { AuditLedger, type Moderation } from './audit-ledger.ts'
import type { Findings } from './findings.ts'
import { checkText, type FrameRules, type Viewer, welcomedId } from './frame-checks.ts'
import { acceptedPrivileges } from './hostile-strings.ts'
import {
  type Answer,
  type Call,
  type Header,
  jsonHeader,
  parseJson,
  pathOf,
  tokenHeader,
} from './http-call.ts'
import type { LeakDetector } from './leak-detector.ts'
import { operationAt } from './published-contract.ts'
import type { RawHttpClient } from './raw-http-client.ts'

export type AttackRunnerParts = {
  port: number
  http: RawHttpClient
  target: Target
  accounts: Accounts
  leaks: LeakDetector
  metrics: Metrics
  findings: Findings
  random: Random
}

export type ParsedAnswer = Answer & {
  json: Record<string, unknown> | undefined
  code: string | null
}

export type RequestOptions = {
  token?: string
  headers?: Header[]
  json?: unknown
  /** Without them, all statuses of the contract are correct. */
  statuses?: readonly number[]
  overloads?: boolean
  isStaff?: boolean
  moderation?: Moderation
}

export class AttackRunner {
  readonly parts: AttackRunnerParts
  readonly ledger = new AuditLedger()
  requests = 0
  frames = 0

  constructor(parts: AttackRunnerParts) {
    this.parts = parts
  }

  /** An attacker whose session does not end. */
  pickAttacker(): Account {
    const { attackers, spares } = this.parts.target
    const account = attackers[this.parts.random.between(0, attackers.length - spares - 1)]
    if (!account) throw new Error('There is no attacker')
    return account
  }

  get frameRules(): FrameRules {
    const { target, accounts, leaks } = this.parts
    const { contract, cast } = target
    return { contract, names: accounts.names, appointed: cast.appointed, leaks }
  }

  /** Makes one call of a scenario. */
  ask(
    kind: string,
    method: string,
    path: string,
    asked: RequestOptions = {},
  ): Promise<ParsedAnswer | null> {
    const { token, headers = [], json, statuses, overloads = false, isStaff, moderation } = asked
    const operation = operationAt(this.parts.target.contract, method, pathOf(path))
    return this.send({
      kind,
      as: null,
      call: {
        method,
        path,
        headers: [
          ...(token === undefined ? [] : [tokenHeader(token)]),
          ...(json === undefined ? [] : [jsonHeader]),
          ...headers,
        ],
        body: json === undefined ? null : Buffer.from(JSON.stringify(json)),
      },
      expected: { operation, statuses, overloads, isStaff },
      moderation,
    })
  }

  async send(attack: Attack): Promise<ParsedAnswer | null> {
    const { http, target, metrics, leaks } = this.parts
    const account = attack.as === null ? undefined : target.attackers[attack.as]
    const call: Call = account
      ? { ...attack.call, headers: [tokenHeader(account.token), ...attack.call.headers] }
      : attack.call
    this.requests++
    metrics.count('requests')
    metrics.count(`attacks by ${attack.kind.split(':')[0]}`)
    let answer: Answer
    try {
      answer = await http.exchange(call)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      // The service does not read a body to its end that is too large.
      const isLarge = (call.body?.length ?? 0) > 65_536
      metrics.count('requests without an answer')
      if (!isLarge) this.report('there is no answer', attack, `${error.message}\n${show(call)}`)
      return null
    }
    const { wrong, code, overloaded, foreign } = checkAnswer(call, answer, attack.expected, {
      contract: target.contract,
      leaks,
    })
    metrics.count(`answers ${foreign ? 'of the front server: ' : ''}${answer.status}`)
    if (overloaded) metrics.count('503 for an intended overload')
    const text = answer.body.toString()
    if (answer.status < 300 && acceptedPrivileges.test(text))
      wrong.push('it accepted what only the service may set')
    for (const rule of wrong)
      this.report(rule, attack, `${show(call)}\n→ ${answer.status} ${text.slice(0, 400)}`)
    if (attack.moderation) this.ledger.note(attack.moderation, answer.status)
    if (account && code === 'session_ended') await this.#renew(account)
    return { ...answer, json: parseJson(text) as ParsedAnswer['json'], code }
  }

  /**
   * Checks everything that one socket received.
   * @param viewer by default the member whom the socket welcomed
   */
  checkTexts(
    texts: readonly string[],
    batching: boolean,
    kind: string,
    viewer: Viewer = { id: welcomedId(texts[0] ?? '') ?? 'nobody', isStaff: false },
  ): void {
    for (const text of texts) {
      const { frames, wrong } = checkText(text, { batching, viewer }, this.frameRules)
      this.parts.metrics.count('frames received', frames)
      for (const rule of wrong)
        this.parts.findings.report(rule, `a frame to ${kind}`, text.slice(0, 600))
    }
  }

  countFrames(kind: string, count: number): void {
    this.frames += count
    this.parts.metrics.count('frames', count)
    this.parts.metrics.count(`frames: ${kind}`, count)
  }

  report(rule: string, attack: Pick<Attack, 'kind' | 'expected' | 'call'>, evidence: string): void {
    const { operation } = attack.expected
    const where = operation ? `${operation.method} ${operation.path}` : 'no route'
    this.parts.findings.report(rule, `${where} (${attack.kind})`, evidence)
  }

  async #renew(account: Account): Promise<void> {
    this.parts.metrics.count('sessions begun again')
    try {
      await this.parts.accounts.renew(account)
    } catch (error) {
      this.parts.findings.report(
        'an account cannot log in again',
        'POST /auth/login',
        String(error),
      )
      await delay(1_000)
    }
  }
}

/** Everything that a repeat of the call needs. */
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
