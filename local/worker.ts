// Starts the Worker under wrangler's development server: offline, on loopback unless asked, without a debugger. Its
// settings are in a file, because everyone on the machine can read its arguments.
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { hasBundlerEnded } from './bundler.ts'
import type { DevServerPlace } from './dev-server.ts'
import { demandPort } from './ports.ts'
import { endLeftover, type Running, type Stream, startProgram } from './processes.ts'
import { withoutProxies } from './proxies.ts'
import { redact } from './redact.ts'
import { Refusal } from './refusal.ts'

export interface WorkerPlace {
  home: string
  port: number
  /** Whether other machines of the network can call it. */
  isOpen: boolean
  /** The port of the debugger; undefined: there is no debugger. */
  inspectorPort: number | undefined
}

const readyWithinMs = 60_000

/** By default V8 grows before it collects. `--max-heap-size` would end the process at the limit. */
export const v8Flags = '--max-semi-space-size=2 --heap-growing-percent=30'

const devServer = join(import.meta.dirname, 'dev-server.ts')

/** In bytes. The next start replaces a log that is larger. */
const logMax = 8 * 1024 * 1024

/** Ends leftovers of a killed start, and refuses to go on if a port is in use. */
export async function freeWorkerPlace({
  home,
  port,
  isOpen,
  inspectorPort,
}: WorkerPlace): Promise<void> {
  await endLeftover(home)
  await demandPort(port, 'PORT', isOpen ? '0.0.0.0' : undefined)
  if (inspectorPort !== undefined) await demandPort(inspectorPort, 'INSPECTOR_PORT')
}

/** A second start may succeed: another program took the port in between, or esbuild crashed. */
class TemporaryRefusal extends Refusal {}

const portTaken = /Address already in use/

export async function startWorker({
  variables,
  ...place
}: WorkerPlace & { variables: Record<string, string> }): Promise<Running> {
  const { home, port, isOpen, inspectorPort } = place
  mkdirSync(home, { recursive: true, mode: 0o700 })
  // In earlier releases wrangler wrote URLs with tokens there.
  rmSync(join(home, 'logs'), { recursive: true, force: true })
  const envFile = join(home, 'variables.env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
  const scratchFolder = clearScratch(home)
  const devServerPlace: DevServerPlace = {
    port,
    isOpen,
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
    if (!(error instanceof TemporaryRefusal)) throw error
    await freeWorkerPlace(place)
    return startDevServer(home, devServerPlace)
  }
}

async function startDevServer(home: string, place: DevServerPlace): Promise<Running> {
  /** If the start fails, this has the reason. */
  const output: Record<Stream, string[]> = { stdout: [], stderr: [] }
  let onLine = (line: string, from: Stream): void => void output[from].push(line)
  const worker = await startProgram({
    home,
    command: process.execPath,
    args: [devServer, JSON.stringify(place)],
    env: environment(place),
    onLine: (line, from) => onLine(redact(line), from),
  })
  const failed = worker.ended.then(() => {
    throw new Refusal('wrangler ended before the Worker answered')
  })
  await Promise.race([failed, untilAnswering(place.port)]).catch(async (error) => {
    await worker.stop()
    throw refusalOf(output, place.logFile) ?? error
  })
  for (const line of [...output.stdout, ...output.stderr]) console.error(line)
  onLine = (line) => console.error(line)
  return worker
}

/** Children of wrangler write to standard error only when they crash, and then many lines. */
function refusalOf({ stdout, stderr }: Record<Stream, string[]>, log: string): Refusal | undefined {
  if (stderr.length > 0) appendFileSync(log, `${stderr.join('\n')}\n`, { mode: 0o600 })
  const reason = stdout.join('\n').trim()
  const crash = stderr.find((line) => /error|failed|panic/i.test(line)) ?? stderr[0]
  const seeLog = crash === undefined ? '' : `: ${crash.trim()} (${log} has the rest)`
  if (portTaken.test(reason)) return new TemporaryRefusal(reason)
  if (hasBundlerEnded(reason)) {
    return new TemporaryRefusal(`esbuild, which bundles the Worker, ended by itself${seeLog}`)
  }
  if (reason) return new Refusal(reason)
  return crash === undefined ? undefined : new TemporaryRefusal(`wrangler ended by itself${seeLog}`)
}

/** Empties the folder of wrangler's temporary files, in which a killed start leaves some. */
function clearScratch(home: string): string {
  const folder = join(home, 'scratch')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return folder
}

/** Rotates a large log. @returns the path of the log */
function openLog(home: string): string {
  const file = join(home, 'worker.log')
  const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {}
  if (size > logMax) renameSync(file, join(home, 'worker.old.log'))
  return file
}

/**
 * The environment of wrangler: it calls no other machine, asks no questions, ignores the user's own
 * settings and writes only into the data folder, so the home folder and the checkout may be read-only.
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
    // The build command runs `node`, which must be the one that runs this process.
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
    // These logs would contain whole URLs with tokens.
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
