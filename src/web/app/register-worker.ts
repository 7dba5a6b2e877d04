// Registers the service worker, which opens the page also without a network.

/** The security policy of the page allows one policy of Trusted Types, and this is it: its script is fixed. */
const policyName = 'service-worker'
const script = '/service-worker.js'

type TrustedTypes = {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(url: string): unknown }
}

export function registerWorker(): void {
  // The browser has none without TLS, and in some private windows.
  if (!('serviceWorker' in navigator)) return
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes }
  const policy = trustedTypes?.createPolicy(policyName, { createScriptURL: () => script })
  const url = (policy?.createScriptURL(script) ?? script) as string
  addEventListener('load', () => {
    // Without it, the page works as before.
    navigator.serviceWorker.register(url, { updateViaCache: 'none' }).catch(() => {})
  })
}
