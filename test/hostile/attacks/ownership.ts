// What belongs to others: their messages, their sessions, and the operator's calls, by ids that are
// right.

import fc from 'fast-check'
import { privileges } from '../horrors.ts'
import { type Attack, anyone, json, type Target } from './attack.ts'

export function ownershipAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract, honest } = target
  const sessions = honest.flatMap(({ sessionId }) => sessionId ?? [])
  const operator = contract.operations.filter(({ token }) => token === 'operator')
  const choices: fc.Arbitrary<Attack>[] = [theirMessage(target)]
  if (sessions.length > 0) choices.push(theirSession(target, sessions))
  if (operator.length > 0) choices.push(operatorsCall(target, operator))
  return fc.oneof(...choices)
}

function theirMessage(target: Target): fc.Arbitrary<Attack> {
  const named = (id: string) =>
    target.contract.operations.find((operation) => operation.id === id) ?? null
  const body = Buffer.from(JSON.stringify({ ...privileges, content: 'h0st1le was here' }))
  return fc
    .record({
      operation: fc.constantFrom(named('edit'), named('remove')),
      at: fc.nat(),
      upper: fc.boolean(),
      as: anyone(target),
    })
    .map(({ operation, at, upper, as }): Attack => {
      const theirs = target.theirMessages()
      const id = theirs[at % theirs.length] ?? '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11'
      const changes = operation?.id === 'edit'
      return {
        kind: 'ownership: a message',
        as,
        call: {
          method: operation?.method ?? 'DELETE',
          path: `/messages/${upper ? id.toUpperCase() : id}`,
          headers: changes ? [json] : [],
          body: changes ? body : null,
        },
        // 404: its author deleted it meanwhile.
        expected: { operation, statuses: [403, 404, 429] },
      }
    })
}

function theirSession(target: Target, sessions: string[]): fc.Arbitrary<Attack> {
  const operation = target.contract.operations.find(({ id }) => id === 'endSession') ?? null
  return fc.tuple(fc.constantFrom(...sessions), anyone(target)).map(
    ([id, as]): Attack => ({
      kind: 'ownership: a session',
      as,
      call: { method: 'DELETE', path: `/auth/sessions/${id}`, headers: [], body: null },
      expected: { operation, statuses: [404] },
    }),
  )
}

function operatorsCall(
  target: Target,
  operations: Target['contract']['operations'],
): fc.Arbitrary<Attack> {
  const { honest, jwtSecret, adminToken } = target
  const guesses = [
    '',
    'admin',
    'undefined',
    'null',
    jwtSecret.slice(0, 8),
    adminToken?.slice(0, -1),
  ]
  return fc
    .record({
      operation: fc.constantFrom(...operations),
      person: fc.constantFrom(...honest),
      at: fc.nat(),
      guess: fc.option(fc.constantFrom(...guesses)),
      as: anyone(target),
    })
    .map(({ operation, person, at, guess, as }): Attack => {
      const theirs = target.theirMessages()
      const ofMessage = operation.path.includes('/messages/') && theirs[at % theirs.length]
      const id = ofMessage || person.id
      return {
        kind: 'ownership: an operator’s call',
        as: guess === null ? as : null,
        call: {
          method: operation.method,
          path: operation.path.replace('{id}', id),
          headers: [
            ...(guess === null
              ? []
              : ([['authorization', `Bearer ${guess}`]] as [string, string][])),
            ...(operation.body ? [json] : []),
          ],
          body: operation.body ? Buffer.from('{"within_ms":0}') : null,
        },
        expected: { operation, statuses: adminToken === null ? [404] : [401] },
      }
    })
}
