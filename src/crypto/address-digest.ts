// The network address of a connection as the room counts it: a digest under a key that the room does
// not have, so that no address lies in the room for as long as a connection lasts.

import { base64url } from 'jose'

/** Characters of base64url: 96 bits. */
const digestLength = 16

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Gives the digest of an address key. Whoever knows the secret can tell which address it is of. */
export type AddressDigest = (addressKey: string) => Promise<string>

/** A key of its own: what is signed with the secret itself can never pass for a digest. */
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
  // The key, not the promise of it: in a Worker one request may not wait for another's promise.
  let key: CryptoKey | undefined
  return async (addressKey) => {
    key ??= await deriveKey(secret)
    const digest = await crypto.subtle.sign('HMAC', key, bytesOf(addressKey))
    return base64url.encode(new Uint8Array(digest)).slice(0, digestLength)
  }
}
