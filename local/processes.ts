// Starts other programs, each in a process group of its own, so that its children end with it. No program
// outlives this process. If a killed start has left one behind, the next start ends it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from './refusal.ts'

export interface Running {
  /** Settles when the program has ended, for any reason. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface Program {
  /** The folder of its data; one process at a time works on it. */
  home: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  /** Gets each line that the program prints. Without it the lines go to the terminal. */
  onLine?: (line: string, from: Stream) => void
}

export type Stream = 'stdout' | 'stderr'

const graceMs = 1_200
const leftoverMs = 2_000
/** The last lines of a program may arrive so long after its end. */
const lastLinesMs = 200
const ours = /leash\.ts|dev-server\.ts|wrangler|workerd|esbuild|redis-server|valkey-server/

const leash = join(import.meta.dirname, 'leash.ts')

export async function startProgram({
  home,
  command,
  args,
  env,
  onLine,
}: Program): Promise<Running> {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  await endLeftover(home)
  const head = spawn(process.execPath, [leash, command, ...args], {
    cwd: join(import.meta.dirname, '..'),
    detached: true,
    stdio: onLine ? 'pipe' : ['pipe', 'inherit', 'inherit'],
    ...(env && { env }),
  })
  if (onLine) {
    for (const from of ['stdout', 'stderr'] as const)
      readLines(head[from], (line) => onLine(line, from))
  }
  const ended = endOf(head)
  const group = head.pid
  if (group === undefined) throw new Refusal(`${command} cannot be started`)
  writeFileSync(groupFile(home), String(group))
  return {
    ended,
    async stop() {
      signal(group, 'SIGTERM')
      await Promise.race([ended, delay(graceMs)])
      signal(group, 'SIGKILL')
      await ended
      rmSync(groupFile(home), { force: true })
    },
  }
}

/** Ends the processes of an earlier start that was killed and still use the folder. */
export async function endLeftover(home: string): Promise<void> {
  const group = readGroup(home)
  if (group === undefined) return
  const deadline = Date.now() + leftoverMs
  while (isOurs(group)) {
    if (Date.now() > deadline) {
      throw new Refusal(
        `Process group ${group} of an earlier start still uses ${home}; end it first`,
      )
    }
    signal(group, 'SIGKILL')
    await delay(20)
  }
  rmSync(groupFile(home), { force: true })
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine)
}

/** Settles after the program's last lines, unless a child process holds its output open. */
function endOf(head: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    head.once('close', () => resolve())
    head.once('exit', () => setTimeout(resolve, lastLinesMs))
    head.once('error', () => resolve())
  })
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function groupFile(home: string): string {
  return join(home, 'process-group')
}

function readGroup(home: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(groupFile(home), 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}

/** The system reuses process ids, so after a restart the group may belong to another program. */
function isOurs(group: number): boolean {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').some((line) => {
    const [pgid, state, ...args] = line.trim().split(/\s+/)
    return pgid === String(group) && !state?.startsWith('Z') && ours.test(args.join(' '))
  })
}
