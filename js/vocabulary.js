/** The numbers that stand for tokens, classes, relations and pairs, as they are described beside the weights. */

export class Vocabulary {
  constructor({ tokens, unanswered, labels, relations, pairs, no_relation: noRelation, same_symbol: sameSymbol, pair_classes: pairClasses, most_candidates: mostCandidates }) {
    Object.assign(this, { tokens, labels, noRelation, sameSymbol, pairClasses, mostCandidates });
    this.tokenIndex = new Map(tokens.map((token, i) => [token, i]));
    this.classIndex = new Map(labels.map((label, i) => [label, i]));
    this.relationIndex = new Map(Object.entries(relations));
    this.pairIndex = new Map(Object.entries(pairs));
    this.unanswered = new Set(unanswered);
  }

  /** Number of a relation; null is none. */
  relation(place) {
    return place === null ? this.noRelation : this.relationIndex.get(place);
  }
}
