// Calls on what belongs to other users, with valid ids: their messages and sessions, and the
// operator's calls.

import fc from 'fast-check'
import { privileges } from '../hostile-strings.ts'
import { jsonHeader, tokenHeader } from '../http-call.ts'
import { type Attack, anyone, attackOn, fillPath, type Target, unknownId } from './attack.ts'

export function ownershipAttacks(target: Target): fc.Arbitrary<Attack> {
  return fc.oneof(theirMessage(target), theirSession(target), operatorsCall(target))
}

const named = ({ contract }: Target, ...ids: string[]) =>
  contract.operations.filter(({ id }) => ids.includes(id))

function theirMessage(target: Target): fc.Arbitrary<Attack> {
  const change = Buffer.from(JSON.stringify({ ...privileges, content: 'h0st1le was here' }))
  return fc
    .record({
      operation: fc.constantFrom(...named(target, 'edit', 'remove')),
      at: fc.nat(),
      upper: fc.boolean(),
      as: anyone(target),
    })
    .map(({ operation, at, upper, as }): Attack => {
      const theirs = target.messageIds()
      const id = theirs[at % theirs.length] ?? unknownId
      return attackOn(operation, {
        kind: 'ownership: a message',
        as,
        path: `/messages/${upper ? id.toUpperCase() : id}`,
        body: operation.id === 'edit' ? change : null,
        // 404: the author has deleted the message.
        statuses: [403, 404, 429],
      })
    })
}

function theirSession(target: Target): fc.Arbitrary<Attack> {
  const operations = fc.constantFrom(...named(target, 'endSession'))
  const theirs = fc.constantFrom(...target.wellBehaved)
  return fc.tuple(operations, theirs, anyone(target)).map(([operation, { sessionId }, as]) => {
    const path = `/auth/sessions/${sessionId}`
    return attackOn(operation, { kind: 'ownership: a session', as, path, statuses: [404] })
  })
}

function operatorsCall(target: Target): fc.Arbitrary<Attack> {
  const { contract, wellBehaved, jwtSecret, adminToken } = target
  const operations = contract.operations.filter(({ token }) => token === 'operator')
  const guesses = ['', 'admin', 'undefined', 'null', jwtSecret.slice(0, 8), adminToken.slice(0, -1)]
  return fc
    .record({
      operation: fc.constantFrom(...operations),
      account: fc.constantFrom(...wellBehaved),
      at: fc.nat(),
      guess: fc.option(fc.constantFrom(...guesses)),
      as: anyone(target),
    })
    .map(({ operation, account, at, guess, as }): Attack => {
      const theirs = target.messageIds()
      const ofMessage = /messages|pins/.test(operation.path) && theirs[at % theirs.length]
      const id = ofMessage || account.id
      const token = guess === null ? [] : [tokenHeader(String(guess))]
      return attackOn(operation, {
        kind: 'ownership: an operator’s call',
        as: guess === null ? as : null,
        path: fillPath(operation.path, id),
        headers: [...token, ...(operation.body ? [jsonHeader] : [])],
        body: operation.body ? Buffer.from('{"within_ms":0}') : null,
        statuses: [401],
      })
    })
}
