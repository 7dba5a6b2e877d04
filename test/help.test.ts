// Programs that people run by `npm run` print their usage before they do anything.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Without any settings, so that a program that does not stop at its arguments fails. */
function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, DATA_DIR: '/dev/null' },
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

describe.each([
  ['operator/operator.ts', 'npm run operator'],
  ['deploy/deploy.ts', 'npm run deploy'],
  ['deploy/smoke.ts', 'npm run smoke'],
  ['deploy/migrate.ts', 'npm run db:migrate'],
  ['deploy/fill-columns.ts', 'npm run db:fill'],
  ['test/faults/campaign.ts', 'npm run test:faults'],
  ['test/recovery/campaign.ts', 'npm run test:recovery'],
  ['test/clock/campaign.ts', 'npm run test:clock'],
  ['test/hostile/campaign.ts', 'npm run test:hostile'],
  ['test/deploys/rehearsal.ts', 'npm run test:deploys'],
  ['bench/run.ts', 'npm run bench'],
])('%s', (program, command) => {
  test('prints its usage with --help', () => {
    const shown = run(program, '--help')
    expect(shown).toMatchObject({ status: 0, stderr: '' })
    expect(shown.stdout.startsWith(command)).toBe(true)
  })

  test('refuses an unknown option', () => {
    const refused = run(program, '--no-such-option')
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toMatch(/^Unknown option '--no-such-option'/)
    expect(refused.stderr).toContain(`\n\n${command}`)
  })
})

test.each([[], ['help'], ['-h'], ['deactivate', '--help']])(
  'the operator sees the commands with %j',
  (...args) => {
    const shown = run('operator/operator.ts', ...args)
    expect(shown).toMatchObject({ status: 0, stderr: '' })
    expect(shown.stdout).toContain('deactivate <id|email|username>')
  },
)

test('a name of an account may begin with a dash', () => {
  const { stderr } = run('operator/operator.ts', 'find', '--', '-ada-')
  expect(stderr).toContain('There is no token')
})
