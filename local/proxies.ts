// Calls within this machine go past the proxies that the environment names: a proxy is another machine,
// to which `127.0.0.1` is itself.
import http from 'node:http'

const thisMachine = 'localhost,127.0.0.1,::1,[::1]'
const isProxy = /^(?:https?|all)_proxy$/i

/** For this process and all that it starts, from now on. Calls to other machines go as before. */
export function passProxies(env = process.env): void {
  const spared = env.no_proxy || env.NO_PROXY
  const sparedNow = spared?.trim() === '*' ? '*' : [spared, thisMachine].filter(Boolean).join(',')
  env.no_proxy = sparedNow
  env.NO_PROXY = sparedNow
  // Node read them when it began.
  if (usesProxies(env)) http.setGlobalProxyFromEnv(env)
}

/** For programs that call nothing but this machine. Some end at a proxy whose address they cannot read. */
export function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isProxy.test(name)))
}

function usesProxies({ NODE_USE_ENV_PROXY, NODE_OPTIONS = '' }: NodeJS.ProcessEnv): boolean {
  return NODE_USE_ENV_PROXY === '1' || NODE_OPTIONS.includes('--use-env-proxy')
}
