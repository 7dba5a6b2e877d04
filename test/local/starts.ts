// Starts of the service in processes of their own. None outlives its test, no folder its file.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, vi } from 'vitest'
import { openPostgres } from '../../local/postgres.ts'

const root = join(import.meta.dirname, '../..')
const limitMs = 60_000

const folders: string[] = []
const running = new Set<Start>()

export interface Start {
  process: ChildProcess
  /** Everything it printed so far. */
  printed(): string
  complained(): string
  /** Its exit code. */
  ended: Promise<number | null>
}

afterEach(() => {
  for (const { process } of running) process.kill('SIGKILL')
})

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'start-'))
  folders.push(folder)
  return folder
}

let template: Promise<string> | undefined

/** Making a Postgres takes most of a first start: it is made once for all tests of a file. */
async function makeTemplate(): Promise<string> {
  const dataDir = join(makeFolder(), 'postgres')
  await (await openPostgres({ dataDir })).close()
  return dataDir
}

/** A data folder for a start that is not about its first time. */
export async function folderWithPostgres(): Promise<string> {
  template ??= makeTemplate()
  const folder = makeFolder()
  cpSync(await template, join(folder, 'postgres'), { recursive: true })
  return folder
}

/** The code of this project in a folder of its own. */
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

/** As a person starts it. */
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

/** Waits until it has told what to open. */
export async function untilUp(started: Start): Promise<Start> {
  const listening = vi.waitUntil(() => started.printed().includes('Ctrl-C'), { timeout: limitMs })
  const failed = started.ended.then((code) => {
    throw new Error(`The start ended with ${code}: ${started.complained()}`)
  })
  await Promise.race([listening, failed])
  return started
}
