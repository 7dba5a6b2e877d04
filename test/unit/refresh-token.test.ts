import fc from 'fast-check'
import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { createRefreshTokens, type OpenedToken } from '../../src/crypto/refresh-token.ts'

const secret = 'a secret of at least thirty-two bytes'
const other = 'another secret of thirty-two bytes, or so'
const sessionId = '5a1f8f3e-0b6d-4c57-9f0c-8d3f7f6f2b10'
const noon = Date.UTC(2026, 10, 23, 12)

const environment = 'production'
const tokens = createRefreshTokens({ environment, secret })
const renewed = createRefreshTokens({ environment, secret: other, previousSecret: secret })

async function opened(token: string, by = tokens): Promise<OpenedToken> {
  const found = await by.open(token, noon)
  if (!found) throw new Error('It must open.')
  return found
}

describe('a refresh token', () => {
  test('holds the id of its session and the hash that is stored', async () => {
    const { token, hash } = await tokens.mint(sessionId)
    expect(await opened(token)).toMatchObject({ sessionId, hash })
    const digest = await crypto.subtle.digest('SHA-256', (await opened(token)).secret)
    expect(hash).toBe(base64url.encode(new Uint8Array(digest)))
  })

  test('holds 128 bits of chance', async () => {
    const chances = new Set<string>()
    for (let n = 0; n < 100; n++) {
      const { secret } = await opened((await tokens.mint(sessionId)).token)
      expect(secret).toHaveLength(32)
      chances.add(base64url.encode(secret.slice(0, 16)))
    }
    expect(chances.size).toBe(100)
  })

  test('may be put anywhere, and fits the contract', async () => {
    const { token } = await tokens.mint(sessionId)
    expect(token).toMatch(/^[A-Za-z0-9_-]{107}$/)
  })

  test('of which one bit is another is none', async () => {
    const { token } = await tokens.mint(sessionId)
    const bytes = base64url.decode(token)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(await tokens.open(base64url.encode(changed), noon)).toBeNull()
    }
  })

  test('of another environment is none, though the secret is the same', async () => {
    for (const other of ['local', 'staging'] as const) {
      const { token } = await createRefreshTokens({ environment: other, secret }).mint(sessionId)
      expect(await tokens.open(token, noon)).toBeNull()
    }
  })

  test('of another secret is none', async () => {
    const { token } = await createRefreshTokens({ environment, secret: other }).mint(sessionId)
    expect(await tokens.open(token, noon)).toBeNull()
  })

  test('that is not one at all is none, whatever it is', async () => {
    const { token } = await tokens.mint(sessionId)
    for (const wrong of ['', 'nonsense', `${token}A`, token.slice(1), token.replace(/^./, '=')])
      expect(await tokens.open(wrong, noon)).toBeNull()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (text) => {
        expect(await tokens.open(text, noon)).toBeNull()
      }),
    )
  })
})

describe('a successor', () => {
  test('is the same for the same token and time, and another for any other', async () => {
    const first = await opened((await tokens.mint(sessionId)).token)
    const [one] = await tokens.successors(first, noon)
    expect((await tokens.successors(first, noon))[0]).toEqual(one)
    expect((await tokens.successors(first, noon + 1))[0].hash).not.toBe(one.hash)
    const second = await opened((await tokens.mint(sessionId)).token)
    expect((await tokens.successors(second, noon))[0].hash).not.toBe(one.hash)
  })

  test('is a token of the same session, and has successors of its own', async () => {
    const first = await opened((await tokens.mint(sessionId)).token)
    const [one] = await tokens.successors(first, noon)
    const second = await opened(one.token)
    expect(second).toMatchObject({ sessionId, hash: one.hash })
    expect((await tokens.successors(second, noon))[0].hash).not.toBe(one.hash)
  })
})

describe('a secret that was changed', () => {
  test('still opens tokens that it signed', async () => {
    const { token, hash } = await tokens.mint(sessionId)
    expect(await renewed.open(token, noon)).toMatchObject({ sessionId, hash })
  })

  test('seals nothing any more', async () => {
    expect(await tokens.open((await renewed.mint(sessionId)).token, noon)).toBeNull()
    const old = await opened((await tokens.mint(sessionId)).token)
    const [today] = await renewed.successors(old, noon)
    expect(await tokens.open(today.token, noon)).toBeNull()
    expect(await renewed.open(today.token, noon)).toMatchObject({ sessionId })
  })

  test('still finds the successor that it made', async () => {
    const old = await opened((await tokens.mint(sessionId)).token)
    const [successor] = await tokens.successors(old, noon)
    const [, ...earlier] = await renewed.successors(old, noon)
    expect(earlier).toContainEqual(successor)
  })
})
