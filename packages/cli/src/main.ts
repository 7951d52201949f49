#!/usr/bin/env node
import { CODES } from './errors.ts'
import { createNodeIo } from './io.ts'
import { run } from './run.ts'

const io = createNodeIo()
process.exitCode = await run(process.argv.slice(2), io)
io.release()

// A call of the system that waits for somebody else, such as to open a pipe that nobody writes to, cannot be given up: after an interrupt it
// would hold up the end. By itself the timer does not.
const END_MS = 500
if (process.exitCode === CODES.ERR_CLI_INTERRUPTED.exitStatus)
  setTimeout(() => process.kill(process.pid, 'SIGINT'), END_MS).unref()
