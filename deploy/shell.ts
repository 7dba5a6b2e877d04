// The programs and database scripts that a deploy runs.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fillDatabase } from './fill-columns.ts'
import { migrateDatabase } from './migrate.ts'

/** Runs programs of node_modules. Their error output goes to the terminal. */
export type Shell = {
  /** The reason of a failure; null: success. */
  migrate(databaseUrl: string): Promise<string | null>
  /** The output of the program; null: it failed. */
  ask(program: string, args: string[]): Promise<string | null>
  /** Whether the program succeeded. */
  run(program: string, args: string[]): Promise<boolean>
  /** Computes what older releases did not write. The reason of a failure; null: success. */
  fill(databaseUrl: string): Promise<string | null>
}

const require = createRequire(import.meta.url)

/** The file of a program, to run with the current Node. */
function programFile(program: string): string {
  const manifest = join(import.meta.dirname, '../node_modules', program, 'package.json')
  const { bin }: { bin: Record<string, string> } = require(manifest)
  return join(dirname(manifest), bin[program] ?? '')
}

function start(program: string, args: string[], stdout: 'pipe' | 'inherit') {
  return spawn(process.execPath, [programFile(program), ...args], {
    stdio: ['inherit', stdout, 'inherit'],
  })
}

export const nodeShell: Shell = {
  migrate: migrateDatabase,
  fill: fillDatabase,
  ask(program, args) {
    const child = start(program, args, 'pipe')
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code === 0 ? output : null))
    })
  },
  run(program, args) {
    const child = start(program, args, 'inherit')
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code === 0))
    })
  },
}
