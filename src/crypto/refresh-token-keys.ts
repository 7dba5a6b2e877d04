// Derives the keys of refresh tokens from the secret.

export type Keys = { mac: CryptoKey; succession: CryptoKey; environmentTag: CryptoKey }

const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }

const bytesOf = (text: string) => new TextEncoder().encode(text)

/**
 * Derives separate keys, so that nothing signed with the secret itself can pass for one of these.
 */
export async function deriveKeys(secret: string): Promise<Keys> {
  const { subtle } = crypto
  const root = await subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const derive = (info: string) =>
    subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytesOf(info) },
      root,
      hmac,
      false,
      ['sign', 'verify'],
    )
  return {
    mac: await derive('edge-chat refresh token seal'),
    succession: await derive('edge-chat refresh token successor'),
    environmentTag: await derive('edge-chat refresh token environment'),
  }
}
