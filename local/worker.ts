// The Worker itself under wrangler's development server: silent, offline, on loopback, without a
// debugger, with its settings in a file and not among its arguments, which everyone can read.
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { tellsBundlerEnded } from './bundler.ts'
import type { DevServerPlace } from './dev-server.ts'
import { demandPort } from './ports.ts'
import { endLeftover, type Running, type Stream, startProgram } from './processes.ts'
import { withoutProxies } from './proxies.ts'
import { redact } from './redact.ts'
import { Refusal } from './refusal.ts'

export interface WorkerPlace {
  home: string
  port: number
  /** Where the debugger listens; without one there is none. */
  inspectorPort: number | undefined
}

const readyWithinMs = 60_000

/** V8 would rather grow than tidy up; a bound (`--max-heap-size`) would end the process at it. */
export const v8Flags = '--max-semi-space-size=2 --heap-growing-percent=30'

const devServer = join(import.meta.dirname, 'dev-server.ts')

/** In bytes: a log that has grown beyond it is begun anew by the next start. */
const logMax = 8 * 1024 * 1024

/** Refuses before anything is started if the Worker would have no port. */
export async function clearTheWay({ home, port, inspectorPort }: WorkerPlace): Promise<void> {
  await endLeftover(home)
  await demandPort(port, 'PORT')
  if (inspectorPort !== undefined) await demandPort(inspectorPort, 'INSPECTOR_PORT')
}

/** What may go well the next time: a port was taken since it was looked at, or esbuild died. */
class Accident extends Refusal {}

const portTaken = /Address already in use/

export async function startWorker({
  variables,
  ...place
}: WorkerPlace & { variables: Record<string, string> }): Promise<Running> {
  const { home, port, inspectorPort } = place
  mkdirSync(home, { recursive: true, mode: 0o700 })
  // Of earlier releases: wrangler wrote addresses with tokens there.
  rmSync(join(home, 'logs'), { recursive: true, force: true })
  const envFile = join(home, 'variables.env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
  const scratchFolder = clearScratch(home)
  const devServerPlace: DevServerPlace = {
    port,
    ...(inspectorPort !== undefined && { inspectorPort }),
    envFile,
    stateFolder: join(home, 'state'),
    assetsFolder: join(home, 'assets'),
    scratchFolder,
    logFile: openLog(home),
  }
  try {
    return await startDevServer(home, devServerPlace)
  } catch (error) {
    if (!(error instanceof Accident)) throw error
    await clearTheWay(place)
    return startDevServer(home, devServerPlace)
  }
}

async function startDevServer(home: string, place: DevServerPlace): Promise<Running> {
  /** Where the start fails it is the reason. */
  const said: Record<Stream, string[]> = { stdout: [], stderr: [] }
  let hear = (line: string, from: Stream): void => void said[from].push(line)
  const worker = await startProgram({
    home,
    command: process.execPath,
    args: [devServer, JSON.stringify(place)],
    env: environment(place),
    hear: (line, from) => hear(redact(line), from),
  })
  const failed = worker.ended.then(() => {
    throw new Refusal('wrangler ended before the Worker answered')
  })
  await Promise.race([failed, untilAnswering(place.port)]).catch(async (error) => {
    await worker.stop()
    throw refusalOf(said, place.logFile) ?? error
  })
  for (const line of [...said.stdout, ...said.stderr]) console.error(line)
  hear = (line) => console.error(line)
  return worker
}

/** Programs below wrangler say nothing on standard error unless they die, and then too much. */
function refusalOf({ stdout, stderr }: Record<Stream, string[]>, log: string): Refusal | undefined {
  if (stderr.length > 0) appendFileSync(log, `${stderr.join('\n')}\n`, { mode: 0o600 })
  const reason = stdout.join('\n').trim()
  const died = stderr.find((line) => /error|failed|panic/i.test(line)) ?? stderr[0]
  const seeLog = died === undefined ? '' : `: ${died.trim()} (${log} has the rest)`
  if (portTaken.test(reason)) return new Accident(reason)
  if (tellsBundlerEnded(reason)) {
    return new Accident(`esbuild, which bundles the Worker, ended by itself${seeLog}`)
  }
  if (reason) return new Refusal(reason)
  return died === undefined ? undefined : new Accident(`wrangler ended by itself${seeLog}`)
}

/** Makes the folder for what wrangler keeps only while it runs; a killed start leaves files there. */
function clearScratch(home: string): string {
  const folder = join(home, 'scratch')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return folder
}

/** @returns its path */
function openLog(home: string): string {
  const file = join(home, 'worker.log')
  const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {}
  if (size > logMax) renameSync(file, join(home, 'worker.old.log'))
  return file
}

/**
 * No contact beyond this machine, no questions, nothing chosen by the user's own settings, and nothing
 * written outside the data folder: neither the home folder nor the checkout need be writable.
 */
function environment({ assetsFolder, scratchFolder }: DevServerPlace): NodeJS.ProcessEnv {
  const {
    CLOUDFLARE_ENV: _env,
    CLOUDFLARE_INCLUDE_PROCESS_ENV: _all,
    ...inherited
  } = withoutProxies(process.env)
  return {
    MINIFLARE_WORKERD_V8_FLAGS: v8Flags,
    ...inherited,
    // The build command says `node` and means the one that runs this.
    PATH: [dirname(process.execPath), inherited.PATH].join(delimiter),
    ASSETS_DIR: assetsFolder,
    HOME: scratchFolder,
    XDG_CONFIG_HOME: scratchFolder,
    XDG_CACHE_HOME: scratchFolder,
    TMPDIR: scratchFolder,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG: 'error',
    // It would hold whole addresses, with the tokens in them.
    WRANGLER_WRITE_LOGS: 'false',
    X_LOCAL_OBSERVABILITY: 'false',
    X_LOCAL_EXPLORER: 'false',
  }
}

async function untilAnswering(port: number): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Refusal('The Worker does not answer')
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
