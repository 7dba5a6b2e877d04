// Every call of the contract, made from its schemas: fitting, almost fitting, and garbage.

import fc from 'fast-check'
import type { Operation } from '../contract.ts'
import { almostFitting, fitting, garbage } from '../made.ts'
import {
  type Attack,
  address,
  anyone,
  aSpare,
  costly,
  ending,
  json,
  puttingOut,
  type Target,
} from './attack.ts'

type Body = { bytes: Buffer | null; kind: 'fitting' | 'almost' | 'garbage'; unfit: boolean }
type Credential = 'own' | 'operator' | 'none' | 'another scheme'

const none: Body = { bytes: null, kind: 'fitting', unfit: false }

export function schemaAttacks(target: Target): fc.Arbitrary<Attack> {
  const { operations } = target.contract
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: costly.has(operation.id) || ending.has(operation.id) ? 1 : 6,
      arbitrary: attackOn(operation, target),
    })),
  )
}

function attackOn(operation: Operation, target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  return fc
    .record({
      path: address(operation, contract),
      body: bodyFor(operation, target),
      credential: credentialFor(operation, target),
      as: ending.has(operation.id) ? aSpare(target) : anyone(target),
    })
    .map(({ path, body, credential, as }): Attack => {
      const isOwn = credential === 'own'
      const isRefused = operation.token === 'member' && !isOwn
      return {
        kind: `schema: ${body.kind}`,
        as: isOwn ? as : null,
        call: {
          method: operation.method,
          path,
          headers: [...(operation.body ? [json] : []), ...credentialHeader(credential, target)],
          body: body.bytes,
        },
        expected: {
          operation,
          refused: body.unfit,
          statuses: isRefused ? [401, 413] : undefined,
        },
      }
    })
}

function bodyFor(operation: Operation, { contract }: Target): fc.Arbitrary<Body> {
  const { body: schema, id } = operation
  if (!schema) return fc.constant(none)
  const fits = fitting(schema, contract.definitions).map(
    (value): Body => ({ bytes: Buffer.from(JSON.stringify(value)), kind: 'fitting', unfit: false }),
  )
  const almost = almostFitting(schema, contract.definitions).map(
    ({ text, unfit }): Body => ({ bytes: Buffer.from(text), kind: 'almost', unfit }),
  )
  const bad = garbage.map((bytes): Body => ({ bytes, kind: 'garbage', unfit: false }))
  return fc.oneof(
    { weight: costly.has(id) ? 1 : 5, arbitrary: fits },
    { weight: 6, arbitrary: almost },
    { weight: 3, arbitrary: bad },
  )
}

function credentialFor({ id, token }: Operation, { adminToken }: Target): fc.Arbitrary<Credential> {
  const own = ending.has(id) ? 1 : 30
  const operator = token === 'operator' && adminToken !== null && id !== puttingOut ? 30 : 0
  return fc.oneof(
    { weight: own, arbitrary: fc.constant('own' as const) },
    { weight: operator, arbitrary: fc.constant('operator' as const) },
    { weight: 5, arbitrary: fc.constantFrom('none' as const, 'another scheme' as const) },
  )
}

function credentialHeader(credential: Credential, { adminToken }: Target): [string, string][] {
  if (credential === 'operator') return [['authorization', `Bearer ${adminToken}`]]
  return credential === 'another scheme' ? [['authorization', 'Basic cm9vdDpyb290']] : []
}
