// The secrets of one data folder, created at its first start and readable by its owner only.
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Refusal } from './refusal.ts'

const Secrets = z.object({
  jwtSecret: z.string().min(32),
  postgresPassword: z.string().min(32),
  redisToken: z.string().min(32),
  /** Missing in the folders of earlier releases. */
  adminToken: z.string().min(32).default(secret),
})
export type Secrets = z.infer<typeof Secrets>

export function keepSecrets(file: string): Secrets {
  const text = read(file)
  if (text === undefined) return make(file)
  const kept = parse(text)
  if (!kept)
    throw new Refusal(`${file} is damaged: delete it to get new secrets (all have to log in again)`)
  if (!text.includes(kept.adminToken)) write(file, kept)
  return kept
}

function parse(text: string): Secrets | undefined {
  try {
    return Secrets.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function make(file: string): Secrets {
  const secrets = Secrets.parse({
    jwtSecret: secret(),
    postgresPassword: secret(),
    redisToken: secret(),
  })
  write(file, secrets)
  return secrets
}

function write(file: string, secrets: Secrets): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
