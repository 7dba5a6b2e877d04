// Forged tokens in every call that needs a token. All must be refused.

import fc from 'fast-check'
import { forgeryNames, forgeToken } from '../forged-tokens.ts'
import { type Header, jsonHeader } from '../http-call.ts'
import { type Attack, address, anyone, attackOn, plainBody, type Target } from './attack.ts'

export function tokenAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract, attackers, jwtSecret } = target
  const guarded = contract.operations.filter(
    ({ token }) => token === 'member' || token === 'operator',
  )
  function forged(name: string, as: number): string {
    const account = attackers[as]
    if (!account) throw new Error('There is no such attacker')
    const nowSeconds = Math.floor(Date.now() / 1_000)
    return forgeToken(name, { secret: jwtSecret, account, nowSeconds })
  }

  return fc
    .record({
      operation: fc.constantFrom(...guarded),
      as: anyone(target),
      name: fc.constantFrom(...forgeryNames),
      scheme: fc.constantFrom('Bearer', 'Bearer', 'Bearer', 'bearer', 'BEARER ', 'Token', 'JWT'),
    })
    .chain(({ operation, as, name, scheme }) =>
      fc
        .tuple(address(operation, contract), plainBody(operation, contract))
        .map(([path, body]): Attack => {
          const token: Header = ['authorization', `${scheme} ${forged(name, as)}`]
          const statuses = operation.token === 'operator' ? [401, 404] : [401]
          const headers = [token, ...(body ? [jsonHeader] : [])]
          return attackOn(operation, { kind: `token: ${name}`, path, headers, body, statuses })
        }),
    )
}
