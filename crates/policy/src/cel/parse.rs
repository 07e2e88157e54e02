//! From tokens to a tree.

use super::Problem;
use super::ast::{Expr, Fold, Kind, Literal, Op};
use super::lex::{Placed, Token, tokens};

/// Deepest nesting while reading, and of the tree: far beyond what people write, far
/// below what a stack holds.
const MAX_DEPTH: usize = 64;
/// Most parts of one expression.
const MAX_PARTS: usize = 4_000;

/// Words that CEL keeps for itself, but `package`: it has no use there, and is the name of a
/// fact here.
const RESERVED: [&str; 16] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    parts: usize,
}

pub(super) fn parse(text: &str) -> Result<Expr, Problem> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        parts: 0,
    };
    let expr = parser.choice()?;
    match parser.peek() {
        Token::End => Ok(expr),
        other => Err(parser.here(format!("{} is not expected here", shown(other)))),
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("`{name}`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::Int(_) | Token::Double(_) => "a number".into(),
        Token::Text(_) => "a text".into(),
        Token::End => "the end".into(),
    }
}

/// A level of binary operators: their signs, loosest level first.
const LEVELS: [&[(&str, Op)]; 3] = [
    &[
        ("==", Op::Equal),
        ("!=", Op::NotEqual),
        ("<=", Op::LessOrEqual),
        (">=", Op::GreaterOrEqual),
        ("<", Op::Less),
        (">", Op::Greater),
    ],
    &[("+", Op::Add), ("-", Op::Subtract)],
    &[("*", Op::Multiply), ("/", Op::Divide), ("%", Op::Modulo)],
];

impl Parser {
    fn peek(&self) -> &Token {
        // The end is never passed: `next` stays on it.
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    fn span(&self) -> (usize, usize) {
        self.tokens[self.at.min(self.tokens.len() - 1)].1
    }

    fn next(&mut self) -> Placed {
        let found = self.tokens[self.at.min(self.tokens.len() - 1)].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        found
    }

    fn here(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.span(), message)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if is_it {
            self.next();
        }
        is_it
    }

    fn expect(&mut self, sign: &str) -> Result<usize, Problem> {
        let end = self.span().1;
        match self.takes(sign) {
            true => Ok(end),
            false => {
                let found = shown(self.peek());
                Err(self.here(format!("`{sign}` is expected here, and not {found}")))
            }
        }
    }

    fn make(&mut self, span: (usize, usize), kind: Kind) -> Result<Expr, Problem> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(Problem::new(span, format!("more than {MAX_PARTS} parts")));
        }
        let below = kind.parts().into_iter().map(|part| part.depth).max();
        let depth = below.unwrap_or_default() + 1;
        if depth > MAX_DEPTH {
            return Err(Problem::new(
                span,
                format!("nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        Ok(Expr { span, depth, kind })
    }

    fn deeper<T>(&mut self, read: fn(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth >= MAX_DEPTH {
            return Err(self.here(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn choice(&mut self) -> Result<Expr, Problem> {
        let condition = self.deeper(Self::or)?;
        if !self.takes("?") {
            return Ok(condition);
        }
        let yes = self.deeper(Self::or)?;
        self.expect(":")?;
        let no = self.deeper(Self::choice)?;
        let span = (condition.span.0, no.span.1);
        self.make(span, Kind::Choice(Box::new([condition, yes, no])))
    }

    // Balanced, because both operators are associative: a long list of alternatives stays
    // shallow.
    fn chain(
        &mut self,
        mut left: Expr,
        sign: &str,
        next: fn(&mut Self) -> Result<Expr, Problem>,
        join: fn(Box<Expr>, Box<Expr>) -> Kind,
    ) -> Result<Expr, Problem> {
        let mut all = vec![];
        while self.takes(sign) {
            all.push(next(self)?);
        }
        if !all.is_empty() {
            all.insert(0, left);
            left = self.balanced(all, join)?;
        }
        Ok(left)
    }

    fn balanced(
        &mut self,
        mut all: Vec<Expr>,
        join: fn(Box<Expr>, Box<Expr>) -> Kind,
    ) -> Result<Expr, Problem> {
        while all.len() > 1 {
            let mut joined = Vec::with_capacity(all.len().div_ceil(2));
            let mut rest = all.into_iter();
            while let Some(left) = rest.next() {
                match rest.next() {
                    Some(right) => {
                        let span = (left.span.0, right.span.1);
                        joined.push(self.make(span, join(Box::new(left), Box::new(right)))?);
                    }
                    None => joined.push(left),
                }
            }
            all = joined;
        }
        all.pop().ok_or_else(|| self.here("nothing to join"))
    }

    fn or(&mut self) -> Result<Expr, Problem> {
        let left = self.and()?;
        self.chain(left, "||", Self::and, Kind::Or)
    }

    fn and(&mut self) -> Result<Expr, Problem> {
        let left = self.level(0)?;
        self.chain(left, "&&", |parser| parser.level(0), Kind::And)
    }

    fn level(&mut self, level: usize) -> Result<Expr, Problem> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        loop {
            let op = match self.peek() {
                Token::Sign(sign) => operators.iter().find(|(s, _)| s == sign).map(|(_, op)| *op),
                Token::Name(name) if level == 0 && name == "in" => Some(Op::In),
                _ => None,
            };
            let Some(op) = op else {
                return Ok(left);
            };
            self.next();
            let right = self.level(level + 1)?;
            let span = (left.span.0, right.span.1);
            left = self.make(span, Kind::Binary(op, Box::new(left), Box::new(right)))?;
        }
    }

    fn unary(&mut self) -> Result<Expr, Problem> {
        let start = self.span().0;
        if self.takes("!") {
            let inner = self.deeper(Self::unary)?;
            return self.make((start, inner.span.1), Kind::Not(Box::new(inner)));
        }
        if self.takes("-") {
            let inner = self.deeper(Self::unary)?;
            return self.make((start, inner.span.1), Kind::Negative(Box::new(inner)));
        }
        self.member()
    }

    fn member(&mut self) -> Result<Expr, Problem> {
        let mut left = self.primary()?;
        loop {
            if self.takes("[") {
                let index = self.deeper(Self::choice)?;
                let end = self.expect("]")?;
                let span = (left.span.0, end);
                left = self.make(span, Kind::Index(Box::new(left), Box::new(index)))?;
            } else if self.takes(".") {
                left = self.dot(left)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn dot(&mut self, left: Expr) -> Result<Expr, Problem> {
        let optional = self.takes("?");
        let (token, span) = self.next();
        let Token::Name(name) = token else {
            return Err(Problem::new(
                span,
                "the name of a fact or a function is expected",
            ));
        };
        let start = left.span.0;
        if optional || !self.takes("(") {
            let select = Kind::Select {
                object: Box::new(left),
                field: name,
                optional,
            };
            return self.make((start, span.1), select);
        }
        let (mut arguments, end) = self.list(")")?;
        let Some(fold) = Fold::named(&name) else {
            arguments.insert(0, left);
            let call = Kind::Call {
                function: name,
                is_method: true,
                arguments,
            };
            return self.make((start, end), call);
        };
        let taken: Result<[Expr; 2], _> = arguments.try_into();
        let Ok([variable, body]) = taken else {
            let told = format!("`{name}` takes a name and an expression: `{name}(x, …)`");
            return Err(Problem::new((span.0, end), told));
        };
        let Kind::Name(variable) = variable.kind else {
            let told = "the first argument is a name of your own for an element";
            return Err(Problem::new(variable.span, told));
        };
        let fold = Kind::Fold {
            fold,
            list: Box::new(left),
            name: variable,
            body: Box::new(body),
        };
        self.make((start, end), fold)
    }

    /// Expressions up to the closing sign, and where that ends.
    fn list(&mut self, close: &'static str) -> Result<(Vec<Expr>, usize), Problem> {
        let mut all = Vec::new();
        loop {
            let end = self.span().1;
            if self.takes(close) {
                return Ok((all, end));
            }
            all.push(self.deeper(Self::choice)?);
            let end = self.span().1;
            if self.takes(close) {
                return Ok((all, end));
            }
            self.expect(",")?;
        }
    }

    fn primary(&mut self) -> Result<Expr, Problem> {
        let (token, span) = self.next();
        let literal = match token {
            Token::Int(value) => Literal::Int(value),
            Token::Double(value) => Literal::Double(value),
            Token::Text(text) => Literal::Text(text),
            Token::Sign("(") => {
                let mut inner = self.deeper(Self::choice)?;
                inner.span = (span.0, self.expect(")")?);
                return Ok(inner);
            }
            Token::Sign("[") => {
                let (all, end) = self.list("]")?;
                return self.make((span.0, end), Kind::List(all));
            }
            Token::Sign("{") => return Err(Problem::new(span, "maps are not known here")),
            Token::Name(name) => return self.named(name, span),
            other => {
                let told = format!("{} is not expected here", shown(&other));
                return Err(Problem::new(span, told));
            }
        };
        self.make(span, Kind::Literal(literal))
    }

    fn named(&mut self, name: String, span: (usize, usize)) -> Result<Expr, Problem> {
        match name.as_str() {
            "true" => return self.make(span, Kind::Literal(Literal::Bool(true))),
            "false" => return self.make(span, Kind::Literal(Literal::Bool(false))),
            "null" => {
                let told = "no fact is null; `has(finding.epss)` tells whether one is known";
                return Err(Problem::new(span, told));
            }
            word if RESERVED.contains(&word) => {
                let told = format!("`{word}` is a word that the language keeps for itself");
                return Err(Problem::new(span, told));
            }
            _ => {}
        }
        if !self.takes("(") {
            return self.make(span, Kind::Name(name));
        }
        let (arguments, end) = self.list(")")?;
        if name != "has" {
            let call = Kind::Call {
                function: name,
                is_method: false,
                arguments,
            };
            return self.make((span.0, end), call);
        }
        let only: Result<[Expr; 1], _> = arguments.try_into();
        if let Ok([argument]) = only
            && let Kind::Select {
                object,
                field,
                optional: false,
            } = argument.kind
        {
            return self.make((span.0, end), Kind::Has(object, field));
        }
        let told = "`has` takes one fact of something: `has(finding.epss)`";
        Err(Problem::new((span.0, end), told))
    }
}
