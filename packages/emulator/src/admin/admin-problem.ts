/** Why the admin endpoint says no. */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem'
  /** HTTP status. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
