// Hashing the two short texts after HttpString takes as long as so many characters of it.
const FIXED_COST = 250

/** Bounds a search by the characters that it hashes, so that a long request gets no longer a search, only a shallower one. */
export interface Budget {
  /** Takes the cost of one more candidate; false when there is nothing left. */
  spend(characters: number): boolean
  /** Whether there was enough so far. */
  isLeft(): boolean
}

/** A budget of so many characters. */
export function createBudget(characters: number): Budget {
  let left = characters
  return {
    spend(cost) {
      left -= cost + FIXED_COST
      return left >= 0
    },
    isLeft: () => left >= 0,
  }
}
