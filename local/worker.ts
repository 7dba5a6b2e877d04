// The Worker itself under `wrangler dev`: silent, offline, on loopback, with its settings in a file
// and not among its arguments, which everyone on the machine can read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { demandPort } from './ports.ts'
import { endLeftover, type Running, startProgram } from './processes.ts'
import { Refusal } from './refusal.ts'

export interface WorkerPlace {
  home: string
  port: number
}

const readyWithinMs = 60_000

/** V8 would rather grow than tidy up; a bound (`--max-heap-size`) would end the process at it. */
export const v8Flags = '--max-semi-space-size=2 --heap-growing-percent=30'

const wrangler = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
)

/** Refuses before anything is started if the Worker would have no port. */
export async function clearTheWay({ home, port }: WorkerPlace): Promise<void> {
  await endLeftover(home)
  await demandPort(port)
}

export async function startWorker({
  home,
  port,
  variables,
}: WorkerPlace & { variables: Record<string, string> }): Promise<Running> {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const envFile = join(home, 'variables.env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
  const worker = await startProgram({
    home,
    command: process.execPath,
    args: [
      wrangler,
      'dev',
      ...options({
        ip: '127.0.0.1',
        port: String(port),
        'inspector-ip': '127.0.0.1',
        'env-file': envFile,
        'persist-to': join(home, 'state'),
        'log-level': 'error',
        'show-interactive-dev-session': 'false',
      }),
    ],
    env: environment(home),
  })
  const failed = worker.ended.then(() => {
    throw new Refusal('wrangler ended before the Worker answered; the lines above say why')
  })
  await Promise.race([failed, untilAnswering(port)]).catch(async (error) => {
    await worker.stop()
    throw error
  })
  return worker
}

function options(named: Record<string, string>): string[] {
  return Object.entries(named).map(([name, value]) => `--${name}=${value}`)
}

/** No contact beyond this machine, no questions, and nothing chosen by the user's own settings. */
function environment(home: string): NodeJS.ProcessEnv {
  const { CLOUDFLARE_ENV: _env, CLOUDFLARE_INCLUDE_PROCESS_ENV: _all, ...inherited } = process.env
  return {
    MINIFLARE_WORKERD_V8_FLAGS: v8Flags,
    ...inherited,
    // The build command says `node` and means the one that runs this.
    PATH: [dirname(process.execPath), inherited.PATH].join(delimiter),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: join(home, 'logs'),
    WRANGLER_REGISTRY_PATH: join(home, 'registry'),
    X_LOCAL_OBSERVABILITY: 'false',
    X_LOCAL_EXPLORER: 'false',
  }
}

async function untilAnswering(port: number): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Refusal('The Worker does not answer; see the lines above')
    await delay(50)
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2_000)
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal })).ok
  } catch {
    return false
  }
}
