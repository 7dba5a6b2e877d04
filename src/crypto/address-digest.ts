// Digests of network addresses. The room counts connections by digest and does not have the key, so
// it never holds an address.

import { base64url } from 'jose'

/** Characters of base64url: 96 bits. */
const digestLength = 16

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Returns the digest of an address key. Only a holder of the secret can link it to the address. */
export type AddressDigest = (addressKey: string) => Promise<string>

/** Derives a separate key, so that nothing signed with the secret itself can pass for a digest. */
async function deriveKey(secret: string): Promise<CryptoKey> {
  const { subtle } = crypto
  const root = await subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const info = bytesOf('edge-chat digest of an address')
  return subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    root,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  )
}

export function createAddressDigest(secret: string): AddressDigest {
  // Caches the key, not its promise: in a Worker, one request cannot wait for a promise of another.
  let key: CryptoKey | undefined
  return async (addressKey) => {
    key ??= await deriveKey(secret)
    const digest = await crypto.subtle.sign('HMAC', key, bytesOf(addressKey))
    return base64url.encode(new Uint8Array(digest)).slice(0, digestLength)
  }
}
