// Starts the service in processes of its own. No process outlives its test, and no folder its test file.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, inject, vi } from 'vitest'
import type { DevServerPlace } from '../../local/dev-server.ts'
import { runMigrations } from '../../local/migrations.ts'
import { freePort } from '../../local/ports.ts'
import { openPostgres } from '../../local/postgres.ts'

const root = join(import.meta.dirname, '../..')
/** The time limit of a test, long enough for a busy machine. */
export const limitMs = 180_000

const folders: string[] = []
const running = new Set<Start>()

export interface Start {
  process: ChildProcess
  /** The standard output so far; `complained` gives the standard error. */
  printed(): string
  complained(): string
  /** Its exit code. */
  ended: Promise<number | null>
}

/** The starts that the tests of a file share: `beforeAll` opens them, and its cleanup ends them. */
const shared = new Set<Start>()

afterEach(() => {
  for (const started of running) if (!shared.has(started)) started.process.kill('SIGKILL')
})

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'start-'))
  folders.push(folder)
  return folder
}

/** The creation of a Postgres takes most of a first start, so one is made for all files of a run. */
async function demandTemplate(): Promise<string> {
  const template = inject('postgresTemplate')
  if (existsSync(template)) return template
  const dataDir = join(makeFolder(), 'postgres')
  const postgres = await openPostgres({ dataDir })
  await runMigrations(postgres)
  await postgres.close()
  try {
    renameSync(dataDir, template)
  } catch (error) {
    // Another file was faster.
    if (!existsSync(template)) throw error
  }
  return template
}

/** A data folder with a Postgres, for tests that are not about the first start. */
export async function folderWithPostgres(): Promise<string> {
  const folder = makeFolder()
  cpSync(await demandTemplate(), join(folder, 'postgres'), { recursive: true })
  return folder
}

/** The settings of a start on a free port, with an empty data folder. */
export async function barePlace(): Promise<{ PORT: string; DATA_DIR: string }> {
  return { PORT: String(await freePort()), DATA_DIR: makeFolder() }
}

/** The same with a Postgres in the data folder. */
export async function place(): Promise<{ PORT: string; DATA_DIR: string }> {
  return { PORT: String(await freePort()), DATA_DIR: await folderWithPostgres() }
}

/** Copies the code of this project. @returns the folder of the copy */
export function copyProject(): string {
  const project = makeFolder()
  for (const part of ['local', 'migrations', 'src', 'build', 'package.json', 'wrangler.toml'])
    cpSync(join(root, part), join(project, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  return project
}

/** @param project whose code is started */
export function start(env: Record<string, string>, project = root, args: string[] = []): Start {
  return run(process.execPath, ['local/start.ts', ...args], env, project)
}

/** Settings of stores that do not exist, for a Worker that is refused before it uses them. */
const unusedStores = {
  DATABASE_URL: 'postgres://local:local@127.0.0.1/chat',
  NEON_FETCH_ENDPOINT: 'http://127.0.0.1',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1',
  UPSTASH_REDIS_REST_TOKEN: 'local',
  JWT_SECRET: 'local'.repeat(7),
}

/** Only the process that runs the Worker. It prints everything to its standard output. */
export function startDevServer(project: string): Start {
  const home = makeFolder()
  const inHome = (name: string) => join(home, name)
  const lines = Object.entries(unusedStores).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(inHome('variables.env'), lines.join(''))
  const place: DevServerPlace = {
    port: 0,
    envFile: inHome('variables.env'),
    stateFolder: inHome('state'),
    assetsFolder: inHome('assets'),
    scratchFolder: home,
    logFile: inHome('worker.log'),
  }
  const env = { ASSETS_DIR: place.assetsFolder, WRANGLER_LOG: 'error' }
  return run(process.execPath, ['local/dev-server.ts', JSON.stringify(place)], env, project)
}

/** Runs `npm start`. */
export function npmStart(env: Record<string, string>): Start {
  return run('npm', ['start'], env, root)
}

function run(command: string, args: string[], env: Record<string, string>, cwd: string): Start {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env
  const child = spawn(command, args, { cwd, env: { ...inherited, ...env } })
  const output = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    output.out += text
  })
  child.stderr.on('data', (text) => {
    output.err += text
  })
  const ended = once(child, 'close').then(([code]) => code)
  const started: Start = {
    process: child,
    printed: () => output.out,
    complained: () => output.err,
    ended,
  }
  running.add(started)
  ended.then(() => running.delete(started))
  return started
}

export function startUp(env: Record<string, string>, project = root): Promise<Start> {
  return untilUp(start(env, project))
}

export async function shareStart(env: Record<string, string>): Promise<Start> {
  const started = start(env)
  shared.add(started)
  return untilUp(started)
}

export async function end({ process, ended }: Start): Promise<void> {
  process.kill('SIGTERM')
  await ended
}

/** Waits for the end of a start that cannot serve. @returns the reason that it prints */
export async function refusalOf(started: Start): Promise<string> {
  expect(await started.ended).toBe(1)
  return started.complained()
}

/** Waits for the greeting with the addresses. */
export async function untilUp(started: Start): Promise<Start> {
  const listening = vi.waitUntil(() => started.printed().includes('Ctrl-C'), { timeout: limitMs })
  const failed = started.ended.then((code) => {
    throw new Error(`The start ended with ${code}: ${started.complained()}`)
  })
  await Promise.race([listening, failed])
  return started
}
