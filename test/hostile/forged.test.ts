// The forged tokens are forged in one way each: made right, the same token is taken.

import { expect, test } from 'vitest'
import { createTokens } from '../../src/crypto/token.ts'
import { forge, forgeryNames, genuine } from './forged.ts'
import type { Person } from './people.ts'

const secret = 'a secret of thirty-two bytes at least'
const now = Date.UTC(2026, 10, 23)
const nowSeconds = now / 1_000
const tokens = createTokens({ environment: 'local', secret, ttlSeconds: 3_600 })
const member = { id: '7f3c1d0a-4a56-4c8e-9a3e-0d5b6f1e2a90', username: 'ada' }
const sessionId = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'
const { access_token: token } = await tokens.issue({ member, sessionId }, now)
const person: Person = {
  ...{ ...member, email: '', password: '', token, sessionId, refreshToken: null },
}

test('a token that is put together in the same way, and right, is taken', async () => {
  const made = genuine({ secret, person, nowSeconds })
  expect(await tokens.verify(made, now)).toMatchObject({ ok: true, member, sessionId })
  expect((await tokens.verify(token, now)).ok).toBe(true)
})

test.each(forgeryNames)('refused is %s', async (name) => {
  const forged = forge(name, { secret, person, nowSeconds })
  expect((await tokens.verify(forged, now)).ok).toBe(false)
})
