// Where the tests of whole starts find a Postgres that is made already: the first one that needs it
// makes it, and the end of the run takes it away.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    postgresTemplate: string
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'start-template-'))
  provide('postgresTemplate', join(folder, 'postgres'))
  return () => rmSync(folder, { recursive: true, force: true })
}
