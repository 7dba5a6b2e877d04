// One attack by one call, and the generators that all attacks share.

import fc from 'fast-check'
import type { Account } from '../accounts.ts'
import type { Expectation } from '../answer-checks.ts'
import type { Moderation } from '../audit-ledger.ts'
import { valid } from '../generated-values.ts'
import * as hostileStrings from '../hostile-strings.ts'
import { type Call, type Header, jsonHeader } from '../http-call.ts'
import type { Cast } from '../moderation-cast.ts'
import type { Contract, Operation } from '../published-contract.ts'

export type Attack = {
  /** The name under which it is counted. */
  kind: string
  call: Call
  /** The index of the attacker whose token it sends; null: none. */
  as: number | null
  expected: Expectation
  /** What the audit log must have if the call is done. */
  moderation?: Moderation | undefined
}

export type Target = {
  contract: Contract
  attackers: Account[]
  /** How many of the last attackers may lose their sessions. */
  spares: number
  wellBehaved: Account[]
  cast: Cast
  /** The messages that well-behaved clients have now. */
  messageIds: () => string[]
  /** The reports that were filed. */
  reportIds: () => string[]
  /** Erased accounts. */
  erased: Account[]
  jwtSecret: string
  adminToken: string
}

/** Of no message, user or session. */
export const unknownId = '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11'

type AttackOptions = Omit<Expectation, 'operation'> & {
  kind: string
  as?: number | null
  path?: string
  headers?: Header[]
  body?: Buffer | null
  moderation?: Moderation | undefined
}

/** Puts the same value in place of each parameter of a path. */
export function fillPath(template: string, value: string): string {
  return template.replaceAll(/\{\w+\}/g, value)
}

/** An attack on one operation. A body is sent as JSON unless there are other headers. */
export function attackOn(operation: Operation, options: AttackOptions): Attack {
  const { kind, as = null, path = fillPath(operation.path, unknownId) } = options
  const { body = null, headers = body ? [jsonHeader] : [] } = options
  const { refused, statuses, isStaff, moderation } = options
  const call = { method: operation.method, path, headers, body }
  return { kind, as, call, expected: { operation, refused, statuses, isStaff }, moderation }
}

type Callers = Pick<Target, 'attackers' | 'spares'>

/** An attacker whose session goes on. */
export function anyone({ attackers, spares }: Callers): fc.Arbitrary<number> {
  return fc.nat(attackers.length - spares - 1)
}

/** An attacker whose session may end. */
export function aSpare({ attackers, spares }: Callers): fc.Arbitrary<number> {
  return fc.integer({ min: attackers.length - spares, max: attackers.length - 1 })
}

/** Calls that check a password, which blocks the Worker for a tenth of a second. */
export const costly = new Set(['register', 'login', 'changePassword', 'erase'])
/** One of these calls, rarely a costly one. */
export function some(operations: readonly Operation[]): fc.Arbitrary<Operation> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: costly.has(operation.id) ? 1 : 8,
      arbitrary: fc.constant(operation),
    })),
  )
}

/** Calls that end the session of the attacker. */
export const logouts = new Set(['logout', 'logoutAll'])
/** The operator's calls that well-behaved clients would notice. */
export const disturbing = new Set(['sendAway', 'changeRoomAsOperator', 'writeWordsAsOperator'])

const anyText = fc.oneof(fc.constantFrom(...hostileStrings.texts), fc.string({ unit: 'binary' }))

/** A path of the operation, with valid and invalid parameters. */
export function address(operation: Operation, contract: Contract): fc.Arbitrary<string> {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query')
  const value = (schema: Operation['parameters'][number]['schema']) =>
    fc.oneof(
      { weight: 3, arbitrary: valid(schema, contract.definitions).map(String) },
      { weight: 2, arbitrary: anyText },
    )
  const path = fc
    .tuple(...inPath.map(({ schema }) => value(schema)))
    .map((values) =>
      values.reduce(
        (spelled, text, at) => spelled.replace(`{${inPath[at]?.name}}`, encoded(text) || '%20'),
        operation.path,
      ),
    )
  const query = fc
    .tuple(...inQuery.map(({ schema }) => fc.option(value(schema))))
    .map((values) =>
      values.flatMap((text, at) =>
        text === null ? [] : [`${inQuery[at]?.name}=${encoded(text)}`],
      ),
    )
  return fc
    .tuple(path, query)
    .map(([path, query]) => [path, query.join('&')].filter(Boolean).join('?'))
}

/** Escapes any text for an address, and shortens it. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .slice(0, 3_000)
    .replace(/%[0-9A-F]?$/, '')
}

/** A valid body. */
export function plainBody(operation: Operation, contract: Contract): fc.Arbitrary<Buffer | null> {
  if (!operation.body) return fc.constant(null)
  return valid(operation.body, contract.definitions).map((value) =>
    Buffer.from(JSON.stringify(value)),
  )
}
