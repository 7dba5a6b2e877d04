// What an attack by one call is, and what it is made of.

import fc from 'fast-check'
import type { Expectation } from '../answers.ts'
import type { Call } from '../call.ts'
import type { Contract, Operation } from '../contract.ts'
import * as horrors from '../horrors.ts'
import { fitting } from '../made.ts'
import type { Person } from '../people.ts'

export type Attack = {
  /** What it is counted under. */
  kind: string
  call: Call
  /** Carries the token that this attacker has at the time. */
  as: number | null
  expected: Expectation
}

export type Target = {
  contract: Contract
  attackers: Person[]
  /** Those whose sessions may end; they stand behind the other attackers. */
  spares: number
  honest: Person[]
  /** Messages of the honest, at this time. */
  theirMessages: () => string[]
  /** Accounts that are gone. */
  erased: Person[]
  jwtSecret: string
  /** null: there are no calls of the operator. */
  adminToken: string | null
}

export const json: [string, string] = ['content-type', 'application/json']

type Callers = Pick<Target, 'attackers' | 'spares'>

/** Which attacker calls. */
export function anyone({ attackers, spares }: Callers): fc.Arbitrary<number> {
  return fc.nat(attackers.length - spares - 1)
}

/** Who calls what ends a session. */
export function aSpare({ attackers, spares }: Callers): fc.Arbitrary<number> {
  return fc.integer({ min: attackers.length - spares, max: attackers.length - 1 })
}

/** Calls that a password is checked for: they cost a tenth of a second of everyone's time. */
export const costly = new Set(['register', 'login', 'changePassword', 'erase'])
/** Some call, seldom one of the costly. */
export function some(operations: readonly Operation[]): fc.Arbitrary<Operation> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: costly.has(operation.id) ? 1 : 8,
      arbitrary: fc.constant(operation),
    })),
  )
}

/** Calls that would end the session of the one who attacks. */
export const ending = new Set(['logout', 'logoutAll'])
/** The operator's call that puts out everyone, the honest too. */
export const puttingOut = 'sendAway'

const anyText = fc.oneof(fc.constantFrom(...horrors.texts), fc.string({ unit: 'binary' }))

/** An address of the operation, its parameters fitting or not. */
export function address(operation: Operation, contract: Contract): fc.Arbitrary<string> {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query')
  const value = (schema: Operation['parameters'][number]['schema']) =>
    fc.oneof(
      { weight: 3, arbitrary: fitting(schema, contract.definitions).map(String) },
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

/** Also of what is no Unicode text; cut to what an address may be. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .slice(0, 3_000)
    .replace(/%[0-9A-F]?$/, '')
}

/** As little as a well-meant call needs. */
export function plainBody(operation: Operation, contract: Contract): fc.Arbitrary<Buffer | null> {
  if (!operation.body) return fc.constant(null)
  return fitting(operation.body, contract.definitions).map((value) =>
    Buffer.from(JSON.stringify(value)),
  )
}
