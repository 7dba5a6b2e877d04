import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startProgram } from '../../local/processes.ts'
import { groupOf, living } from './process-table.ts'

const module = join(import.meta.dirname, '../../local/processes.ts')

// A process with a child, neither of which minds being asked to end.
const stubborn = ['-c', 'trap "" TERM; sleep 600 & wait; sleep 600']

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'program-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

test('a program that does not end when asked is ended, with all it started', async () => {
  const home = makeHome()
  const program = await startProgram({ home, command: 'sh', args: stubborn })
  const group = groupOf(home)
  await vi.waitUntil(() => living([group]) === 3)
  await program.stop()
  expect(living([group])).toBe(0)
  expect(groupOf(home)).toBeUndefined()
})

test('a program that ends by itself is noticed', async () => {
  const program = await startProgram({ home: makeHome(), command: 'true', args: [] })
  await program.ended
})

test('a program that is not there has ended', async () => {
  const program = await startProgram({ home: makeHome(), command: '/no/such/thing', args: [] })
  await program.ended
})

test('nothing outlives the process that started it, even if that is killed', async () => {
  const home = makeHome()
  const script = `
    import { startProgram } from ${JSON.stringify(module)}
    await startProgram(${JSON.stringify({ home, command: 'sh', args: stubborn })})`
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
  await vi.waitUntil(() => living([groupOf(home)]) === 3, { timeout: 5_000 })
  const group = groupOf(home)
  starter.kill('SIGKILL')
  await vi.waitUntil(() => living([group]) === 0, { timeout: 3_000 })
})
