// Forged tokens before every call that asks for one. None of them may open anything.

import fc from 'fast-check'
import { forge, forgeryNames } from '../forged.ts'
import { type Attack, address, anyone, json, plainBody, type Target } from './attack.ts'

export function tokenAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract, attackers, jwtSecret } = target
  const guarded = contract.operations.filter(
    ({ token }) => token === 'member' || token === 'operator',
  )
  function forged(name: string, as: number): string {
    const person = attackers[as]
    if (!person) throw new Error('There is no such attacker')
    const nowSeconds = Math.floor(Date.now() / 1_000)
    return forge(name, { secret: jwtSecret, person, nowSeconds })
  }

  return fc
    .record({
      operation: fc.constantFrom(...guarded),
      as: anyone(target),
      name: fc.constantFrom(...forgeryNames),
      scheme: fc.constantFrom('Bearer', 'Bearer', 'Bearer', 'bearer', 'BEARER ', 'Token', 'JWT'),
    })
    .chain(({ operation, as, name, scheme }) =>
      fc.tuple(address(operation, contract), plainBody(operation, contract)).map(
        ([path, body]): Attack => ({
          kind: `token: ${name}`,
          as: null,
          call: {
            method: operation.method,
            path,
            headers: [['authorization', `${scheme} ${forged(name, as)}`], ...(body ? [json] : [])],
            body,
          },
          expected: { operation, statuses: operation.token === 'operator' ? [401, 404] : [401] },
        }),
      ),
    )
}
