// Every call of the contract, with valid, almost valid and malformed bodies.

import fc from 'fast-check'
import { almostValid, malformedBytes, valid } from '../generated-values.ts'
import { jsonHeader } from '../http-call.ts'
import type { Operation } from '../published-contract.ts'
import {
  type Attack,
  address,
  anyone,
  aSpare,
  attackOn,
  costly,
  disturbing,
  logouts,
  type Target,
} from './attack.ts'

type Body = {
  bytes: Buffer | null
  kind: 'valid' | 'almost valid' | 'malformed'
  isInvalid: boolean
}
type Credential = 'own' | 'operator' | 'none' | 'another scheme'

const none: Body = { bytes: null, kind: 'valid', isInvalid: false }

export function schemaAttacks(target: Target): fc.Arbitrary<Attack> {
  const { operations } = target.contract
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: costly.has(operation.id) || logouts.has(operation.id) ? 1 : 6,
      arbitrary: attackBySchema(operation, target),
    })),
  )
}

function attackBySchema(operation: Operation, target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  return fc
    .record({
      path: address(operation, contract),
      body: bodyFor(operation, target),
      credential: credentialFor(operation),
      as: logouts.has(operation.id) ? aSpare(target) : anyone(target),
    })
    .map(({ path, body, credential, as }): Attack => {
      const isOwn = credential === 'own'
      const isRefused = operation.token === 'member' && !isOwn
      return attackOn(operation, {
        kind: `schema: ${body.kind}`,
        as: isOwn ? as : null,
        path,
        headers: [...(operation.body ? [jsonHeader] : []), ...credentialHeader(credential, target)],
        body: body.bytes,
        refused: body.isInvalid,
        statuses: isRefused ? [401, 413] : undefined,
        isStaff: credential === 'operator',
      })
    })
}

function bodyFor(operation: Operation, { contract }: Target): fc.Arbitrary<Body> {
  const { body: schema, id } = operation
  if (!schema) return fc.constant(none)
  const fits = valid(schema, contract.definitions).map(
    (value): Body => ({
      bytes: Buffer.from(JSON.stringify(value)),
      kind: 'valid',
      isInvalid: false,
    }),
  )
  const almost = almostValid(schema, contract.definitions).map(
    ({ text, isInvalid }): Body => ({ bytes: Buffer.from(text), kind: 'almost valid', isInvalid }),
  )
  const bad = malformedBytes.map((bytes): Body => ({ bytes, kind: 'malformed', isInvalid: false }))
  return fc.oneof(
    { weight: costly.has(id) ? 1 : 5, arbitrary: fits },
    { weight: 6, arbitrary: almost },
    { weight: 3, arbitrary: bad },
  )
}

function credentialFor({ id, token }: Operation): fc.Arbitrary<Credential> {
  const own = logouts.has(id) ? 1 : 30
  const operator = token === 'operator' && !disturbing.has(id) ? 30 : 0
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
