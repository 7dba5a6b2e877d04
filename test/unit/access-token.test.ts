import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../src/crypto/access-token.ts'
import { clockSetBackMs, clockToleranceMs, type Verified } from '../../src/domain/session.ts'
import { forgeryNames, forgeToken, genuineToken } from '../hostile/forged-tokens.ts'

const secret = 'a secret of at least thirty-two bytes'
const other = 'another secret of thirty-two bytes, or so'
const ada = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', username: 'Zoë Ω' }
const sessionId = '5a1f8f3e-0b6d-4c57-9f0c-8d3f7f6f2b10'
const caller = { member: ada, sessionId }
const ttlSeconds = 3_600
const noon = Date.UTC(2026, 10, 23, 12)
/** The steps by which a clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

const environment = 'local'
const tokens = createTokens({ environment, secret, ttlSeconds })
const refused: Verified = { ok: false, code: 'unauthenticated' }
const expired: Verified = { ok: false, code: 'token_expired' }

/** The account of a forger, who has a valid token and knows the secret. */
async function forger() {
  const account = { ...ada, sessionId, token: await issued() }
  return { secret, account, nowSeconds: noon / 1_000 }
}

async function issued(now = noon): Promise<string> {
  return (await tokens.issue(caller, now)).access_token
}

describe('a token', () => {
  test('holds its user, its issue and its expiry', async () => {
    const { access_token, expires_in } = await tokens.issue(caller, noon + 999)
    expect(expires_in).toBe(ttlSeconds)
    expect(await tokens.verify(access_token, noon + 1_000)).toEqual({
      ok: true,
      ...caller,
      issuedAt: noon / 1000,
      expiresAt: noon + ttlSeconds * 1000,
    })
  })

  test('without a forgery is accepted', async () => {
    const token = genuineToken(await forger())
    expect(await tokens.verify(token, noon)).toMatchObject({ ok: true, ...caller })
  })

  test('holds for the minute after its end by which clocks may differ, and no longer', async () => {
    const token = await issued()
    const end = noon + ttlSeconds * 1000
    expect(await tokens.verify(token, end + clockToleranceMs - 1)).toMatchObject({ ok: true })
    expect(await tokens.verify(token, end + clockToleranceMs)).toEqual(expired)
    expect(await tokens.verify(token, end + clockToleranceMs + 1_000)).toEqual(expired)
  })

  test.each(steps)('holds where the clock is set by %i ms before its end', async (step) => {
    const token = await issued()
    const later = noon + ttlSeconds * 1000 - Math.max(step, 0)
    for (const now of [noon + step, later + step]) {
      const found = await tokens.verify(token, now)
      expect(found).toMatchObject({ ok: true, expiresAt: noon + ttlSeconds * 1000 })
    }
  })

  test('of a clock that was further ahead than any is set back is refused', async () => {
    const ahead = noon + clockSetBackMs + clockToleranceMs
    expect(await tokens.verify(await issued(ahead), noon)).toMatchObject({ ok: true })
    expect(await tokens.verify(await issued(ahead + 1_000), noon)).toEqual(refused)
  })

  test('of a longer life ends when one that is issued today would', async () => {
    const token = await issued()
    const today = createTokens({ secret, environment, ttlSeconds: 600 })
    const end = noon + 600_000
    expect(await today.verify(token, end)).toMatchObject({ ok: true, expiresAt: end })
    expect(await today.verify(token, end + clockToleranceMs)).toEqual(expired)
  })

  test.each(steps)(
    'that is issued after the clock was set by %i ms lives as long',
    async (step) => {
      const end = noon + step + ttlSeconds * 1000
      expect(await tokens.verify(await issued(noon + step), noon + step)).toMatchObject({
        ok: true,
        expiresAt: end,
      })
      expect(await tokens.verify(await issued(noon + step), end + clockToleranceMs)).toEqual(
        expired,
      )
    },
  )
})

describe('a secret that was changed', () => {
  const renewed = createTokens({ environment, secret: other, previousSecret: secret, ttlSeconds })

  test('still verifies tokens that it signed', async () => {
    expect(await renewed.verify(await issued(), noon)).toMatchObject({ ok: true, member: ada })
    const over = noon + ttlSeconds * 1000 + clockToleranceMs
    expect(await renewed.verify(await issued(), over)).toEqual(expired)
  })

  test('signs nothing any more', async () => {
    const { access_token } = await renewed.issue(caller, noon)
    expect(await renewed.verify(access_token, noon)).toMatchObject({ ok: true })
    expect(await tokens.verify(access_token, noon)).toEqual(refused)
  })

  test('verifies nothing once it is removed', async () => {
    const withoutPrevious = createTokens({ environment, secret: other, ttlSeconds })
    expect(await withoutPrevious.verify(await issued(), noon)).toEqual(refused)
  })
})

describe('refused is', () => {
  test.each(forgeryNames)('%s', async (name) => {
    const found = await tokens.verify(forgeToken(name, await forger()), noon)
    expect(found).toEqual(name.startsWith('expired ') ? expired : refused)
  })

  test('any text that is no token', async () => {
    const part = fc.oneof(fc.string(), fc.base64String(), fc.constant('{"alg":"HS256"}'))
    const parts = fc.array(part, { maxLength: 5 }).map((texts) => texts.join('.'))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), parts),
        async (text) => {
          expect(await tokens.verify(text, noon)).toEqual(refused)
        },
      ),
    )
  })

  test('a token with any one character changed', async () => {
    const token = await issued()
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = token.length - 1
    const anyLetter = fc.integer({ min: 0, max: letters.length - 1 })
    await fc.assert(
      // The last character is left out: its lowest bits are padding, which decoding ignores.
      fc.asyncProperty(fc.nat(last - 1), anyLetter, async (at, letter) => {
        const changed = `${token.slice(0, at)}${letters[letter]}${token.slice(at + 1)}`
        fc.pre(changed !== token)
        expect((await tokens.verify(changed, noon)).ok).toBe(false)
      }),
    )
  })
})
