// Exempts calls within this machine from the proxies of the environment. A proxy is another machine, and
// would take `127.0.0.1` for itself.
import http from 'node:http'

const thisMachine = 'localhost,127.0.0.1,::1,[::1]'
const isProxy = /^(?:https?|all)_proxy$/i

/** For this process and its children, from now on. Calls to other machines still use the proxies. */
export function passProxies(env = process.env): void {
  const exempt = env.no_proxy || env.NO_PROXY
  const exemptNow = exempt?.trim() === '*' ? '*' : [exempt, thisMachine].filter(Boolean).join(',')
  env.no_proxy = exemptNow
  env.NO_PROXY = exemptNow
  // Node has read them at its start.
  if (usesProxies(env)) http.setGlobalProxyFromEnv(env)
}

/** For programs that call only this machine. Some of them end if a proxy's address is not valid. */
export function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isProxy.test(name)))
}

function usesProxies({ NODE_USE_ENV_PROXY, NODE_OPTIONS = '' }: NodeJS.ProcessEnv): boolean {
  return NODE_USE_ENV_PROXY === '1' || NODE_OPTIONS.includes('--use-env-proxy')
}
