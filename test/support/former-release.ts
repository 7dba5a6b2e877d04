// Issues and verifies tokens as an earlier release did, which named no environment in them.

import { base64url, jwtVerify, SignJWT } from 'jose'
import type { Caller } from '../../src/domain/session.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
/** A refresh token is a session id and a secret, followed by the seal. */
const bodyLength = 16 + 32

async function sealKey(secret: string): Promise<CryptoKey> {
  const root = await crypto.subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const info = bytesOf('edge-chat refresh token seal')
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(hkdf, root, hmac, false, ['sign', 'verify'])
}

export function formerRelease(secret: string) {
  return {
    issue({ member: { id, username }, sessionId }: Caller, now: number): Promise<string> {
      const issuedAt = Math.floor(now / 1000)
      return new SignJWT({ username, sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer('edge-chat')
        .setAudience('edge-chat')
        .setSubject(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + 3_600)
        .sign(bytesOf(secret))
    },

    async verify(token: string, now: number): Promise<string | undefined> {
      const { payload } = await jwtVerify(token, bytesOf(secret), {
        algorithms: ['HS256'],
        typ: 'JWT',
        issuer: 'edge-chat',
        audience: 'edge-chat',
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(now),
      })
      return payload.sub
    },

    async mint(sessionId: string): Promise<{ token: string; hash: string }> {
      const body = new Uint8Array(bodyLength)
      body.set(Buffer.from(sessionId.replaceAll('-', ''), 'hex'))
      const chance = crypto.getRandomValues(new Uint8Array(32))
      body.set(chance, 16)
      const seal = new Uint8Array(await crypto.subtle.sign('HMAC', await sealKey(secret), body))
      const hash = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', chance)))
      return { token: base64url.encode(new Uint8Array([...body, ...seal])), hash }
    },

    async opens(token: string): Promise<boolean> {
      if (!/^[\w-]{107}$/.test(token)) return false
      const bytes = new Uint8Array(base64url.decode(token))
      const seal = bytes.slice(bodyLength)
      const key = await sealKey(secret)
      return crypto.subtle.verify('HMAC', key, seal, bytes.slice(0, bodyLength))
    },
  }
}
