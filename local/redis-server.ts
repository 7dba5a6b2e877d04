// A Redis (or Valkey) server from the PATH, started for one folder: on loopback, with a password in
// a file that only its owner reads, and every write in its append-only file.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './ports.ts'
import { startProgram } from './processes.ts'
import { Refusal } from './refusal.ts'

export interface RedisServer {
  program: string
  url: string
  /** Settles when the server has ended, for any reason. */
  ended: Promise<void>
  stop(): Promise<void>
}

const programs = ['redis-server', 'valkey-server']
const readyWithinMs = 10_000
const answerWithinMs = 1_000

/** The name of the program, if there is one. */
export function findRedisServer(path = process.env.PATH ?? ''): string | undefined {
  return programs.find((program) =>
    path.split(delimiter).some((folder) => isExecutable(join(folder, program))),
  )
}

/** @param choosePort for tests */
export async function startRedisServer(dir: string, choosePort = freePort): Promise<RedisServer> {
  const program = findRedisServer()
  if (!program) throw new Refusal(`There is no ${programs.join(' and no ')} on the PATH`)
  // Another program may have taken the port since it was chosen, so a failed start is tried again.
  const startOnce = async () => startAt(await choosePort(), program, dir)
  return startOnce().catch(startOnce)
}

async function startAt(port: number, program: string, dir: string): Promise<RedisServer> {
  const password = randomBytes(24).toString('base64url')
  const log = join(dir, 'redis.log')
  const config = join(dir, 'redis.conf')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  writeFileSync(config, settings({ port, password, dir, log }), { mode: 0o600 })
  const { ended, stop } = await startProgram({ home: dir, command: program, args: [config] })
  const url = `redis://:${password}@127.0.0.1:${port}`
  const failed = ended.then(() => {
    throw new Refusal(`${program} did not start; ${log} says why`)
  })
  await Promise.race([failed, untilListening(port, password)]).catch(async (error) => {
    await stop()
    throw error
  })
  return { program, url, ended, stop }
}

function settings(to: { port: number; password: string; dir: string; log: string }): string {
  return [
    'bind 127.0.0.1',
    `port ${to.port}`,
    `requirepass ${to.password}`,
    `dir ${JSON.stringify(to.dir)}`,
    `logfile ${JSON.stringify(to.log)}`,
    'loglevel warning',
    'appendonly yes',
    'save ""',
    '',
  ].join('\n')
}

async function untilListening(port: number, password: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (!(await listens(port, password))) {
    if (Date.now() > deadline) throw new Refusal('The private Redis does not come up')
    await delay(20)
  }
}

/** Checks the password, because another program may listen on the port. */
function listens(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: answerWithinMs })
    socket.write(`AUTH ${password}\r\n`)
    socket.once('data', (answer) => {
      resolve(answer.toString().startsWith('+OK'))
      socket.destroy()
    })
    socket.once('timeout', () => socket.destroy())
    socket.once('error', () => {}).once('close', () => resolve(false))
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
