//! One run: what is to be asked, the calls, the answers into the stage.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use deskferry_http::{Client, Reply};
use deskferry_staging::{Context, Manifest};
use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};

use crate::budget::{Budget, month_of};
use crate::chat::{self, Chat};
use crate::customers::{self, Customer};
use crate::mask::Masked;
use crate::texts::{Answers, Published, Text, left_over};
use crate::{Error, Result, SCHEMA, Settings, TABLE, answer};

/// So many calls in a row without any answer, and none before: the server is not what it should be.
const NONE_IN_A_ROW: u64 = 3;

/// Why a run ended before everything was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The next call could have cost more than is left.
    CostMax,
    /// As many were asked as were wanted.
    Limit,
    /// The user has stopped it.
    Cancelled,
}

/// What a run has done.
#[derive(Debug, Default)]
pub struct Summary {
    /// The published run; `None` where there was nothing new.
    pub manifest: Option<Manifest>,
    /// Texts of the transform.
    pub texts: u64,
    /// Of these, those that had been answered before.
    pub known: u64,
    /// Answers that were found unpublished, of a run that did not come to its end.
    pub resumed: u64,
    /// Answers that are used.
    pub worded: u64,
    /// Answers that are not used, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Calls that gave no answer, by reason; asked again next time.
    pub failed: BTreeMap<String, u64>,
    /// Texts that have no answer yet.
    pub left: u64,
    /// Tokens of the questions and of the answers.
    pub tokens: (u64, u64),
    /// What this run has cost.
    pub cost: f64,
    /// What this month has cost, this run with it.
    pub cost_month: f64,
    /// Why it ended early.
    pub stop: Option<Stop>,
}

/// Asks about every text of the newest transform that has no answer yet, at most `limit` of them, and publishes what came.
///
/// # Errors
/// `Setting`; `NothingToAsk`; `NoAnswers`; `Http` for a server that cannot be reached or does not take the key; what the stage refuses.
/// Answers that came before are published nevertheless.
pub async fn distill(context: &Context, settings: &Settings, limit: Option<u64>) -> Result<Summary> {
    settings.check()?;
    let run = customers::newest(&context.staging, &settings.schema).await?;
    let started_at = context.now();
    let published = Published::read(&context.staging, month_of(started_at)).await?;
    let (works, found) = left_over(&context.staging).await?;
    let mut wanted = customers::hashes(&context.staging, &run).await?;
    let texts = wanted.len() as u64;
    wanted.retain(|hash| !published.hashes.contains(hash));
    let known = texts - wanted.len() as u64;
    let found_hashes: HashSet<&str> = found.iter().map(|text| text.hash.as_str()).collect();
    wanted.retain(|hash| !found_hashes.contains(hash.as_str()));
    let before: f64 =
        published.cost + found.iter().filter(|t| t.at >= month_of(started_at)).map(|t| t.cost).sum::<f64>();
    let mut asking = Asking {
        context,
        settings,
        client: client(context, settings)?,
        budget: Budget::new(settings.cost_max, before),
        limit: limit.unwrap_or(u64::MAX),
        total: wanted.len() as u64,
        texts: Vec::new(),
        answers: None,
        in_a_row: 0,
        summary: Summary { texts, known, resumed: found.len() as u64, ..Summary::default() },
    };
    let ended = asking.ask_all(customers::all(&context.staging, &run)?, wanted).await;
    let Asking { mut summary, texts: answered, answers, budget, total, .. } = asking;
    summary.cost_month = budget.spent();
    summary.left = total - answered.len() as u64;
    let all: Vec<Text> = found.into_iter().chain(answered).collect();
    if !all.is_empty() {
        summary.manifest = Some(published.publish(context, &all, started_at).await?);
    }
    for work in works {
        work.remove().await?;
    }
    if let Some(answers) = answers {
        answers.remove().await?;
    }
    ended.map(|()| summary)
}

fn client(context: &Context, settings: &Settings) -> Result<Client> {
    let http = deskferry_http::Settings {
        tokens: settings.key.iter().cloned().collect(),
        timeout: settings.timeout,
        ..deskferry_http::Settings::new("the server at [distill] endpoint", &settings.endpoint)
    };
    Ok(Client::new(http, Arc::clone(&context.clock), Arc::clone(&context.chance))?)
}

/// A text that was asked about, the most it could cost, and what came.
struct Asked {
    customer: Customer,
    masked: Masked,
    most: f64,
    tokens_most: u64,
    reply: deskferry_http::Result<Reply>,
}

/// The calls of a run.
struct Asking<'a> {
    context: &'a Context,
    settings: &'a Settings,
    client: Client,
    budget: Budget,
    limit: u64,
    total: u64,
    texts: Vec<Text>,
    answers: Option<Answers>,
    in_a_row: u64,
    summary: Summary,
}

impl Asking<'_> {
    /// Asks until nothing is left or something says stop. What is on its way is waited for in any case.
    async fn ask_all(
        &mut self,
        mut customers: BoxStream<'static, Result<Customer>>,
        mut wanted: HashSet<String>,
    ) -> Result<()> {
        let mut on_the_way = FuturesUnordered::new();
        let mut next: Option<Customer> = None;
        let (mut sent, mut error) = (0, None);
        loop {
            while error.is_none() && self.summary.stop.is_none() && on_the_way.len() < self.settings.in_flight_max.get()
            {
                if next.is_none() {
                    match next_wanted(&mut customers, &mut wanted).await {
                        Ok(found) => next = found,
                        Err(wrong) => error = Some(wrong),
                    }
                }
                let Some(customer) = next.take() else { break };
                if self.context.cancel.is_cancelled() || sent == self.limit {
                    self.summary.stop = Some(if sent == self.limit { Stop::Limit } else { Stop::Cancelled });
                    break;
                }
                let masked = Masked::new(&customer.input, &self.settings.mask, &customer.people);
                let request = chat::request(self.settings, &masked.text, &customer.hash);
                let tokens_most = chat::tokens_most(&request);
                let most = self.settings.cost(tokens_most, self.settings.answer_tokens());
                if !self.budget.reserve(most) {
                    // What is on its way may cost less than was set aside for it.
                    if on_the_way.is_empty() {
                        self.summary.stop = Some(Stop::CostMax);
                    }
                    next = Some(customer);
                    break;
                }
                sent += 1;
                let client = self.client.clone();
                on_the_way.push(async move {
                    let reply = client.send(&request).await;
                    Asked { customer, masked, most, tokens_most, reply }
                });
            }
            let Some(first) = on_the_way.next().await else { break };
            let mut came = vec![first];
            while let Some(Some(more)) = on_the_way.next().now_or_never() {
                came.push(more);
            }
            if let Err(wrong) = self.take(came).await {
                error.get_or_insert(wrong);
            }
        }
        error.map_or(Ok(()), Err)
    }

    /// Stores what came.
    async fn take(&mut self, came: Vec<Asked>) -> Result<()> {
        let (mut texts, mut error) = (Vec::new(), None);
        for asked in came {
            match self.judge(asked) {
                Ok(text) => texts.extend(text),
                Err(wrong) => error = Some(wrong),
            }
        }
        if !texts.is_empty() {
            let answers = match &mut self.answers {
                Some(answers) => answers,
                none => none.insert(Answers::begin(self.context).await?),
            };
            answers.append(&texts).await?;
            self.texts.extend(texts);
        }
        self.context.tick(&format!("{SCHEMA}.{TABLE}"), self.texts.len() as u64, Some(self.total));
        error.map_or(Ok(()), Err)
    }

    /// The row of an answer; `None` where there was no answer, which is counted.
    fn judge(&mut self, asked: Asked) -> Result<Option<Text>> {
        let Asked { customer, masked, most, tokens_most, reply } = asked;
        let chat = match reply {
            Ok(reply) => chat::read(&reply),
            Err(error @ deskferry_http::Error::Refused { status: 400 | 413 | 422, .. }) => Err(error.to_string()),
            Err(error) => {
                self.budget.settle(most, 0.0);
                return Err(error.into());
            }
        };
        let chat = match chat {
            Ok(chat) => chat,
            Err(reason) => return self.failed(most, reason).map(|()| None),
        };
        // A server that does not tell is taken to have used as much as it could.
        let (tokens_in, tokens_out) = chat.tokens.unwrap_or((tokens_most, self.settings.answer_tokens()));
        let cost = self.settings.cost(tokens_in, tokens_out);
        self.budget.settle(most, cost);
        self.in_a_row = 0;
        Ok(Some(self.row(&customer, &masked, &chat, (tokens_in, tokens_out), cost)))
    }

    fn row(&mut self, customer: &Customer, masked: &Masked, chat: &Chat, tokens: (u64, u64), cost: f64) -> Text {
        let judged = answer::usable(chat, &customer.input, masked, self.settings);
        match &judged {
            Ok(_) => self.summary.worded += 1,
            Err(reason) => *self.summary.refused.entry((*reason).to_owned()).or_default() += 1,
        }
        self.summary.tokens.0 += tokens.0;
        self.summary.tokens.1 += tokens.1;
        self.summary.cost += cost;
        Text {
            hash: customer.hash.clone(),
            source_key: customer.source_key.clone(),
            model: self.settings.model.clone(),
            refused: judged.as_ref().err().map(|reason| (*reason).to_owned()),
            text: judged.ok(),
            tokens_in: tokens.0,
            tokens_out: tokens.1,
            cost,
            at: self.context.now(),
        }
    }

    /// Counts a call without an answer. What it could have cost stays set aside, for nobody tells what it did.
    fn failed(&mut self, most: f64, reason: String) -> Result<()> {
        self.budget.settle(most, most);
        self.in_a_row += 1;
        *self.summary.failed.entry(reason.clone()).or_default() += 1;
        if self.texts.is_empty() && self.in_a_row >= NONE_IN_A_ROW {
            return Err(Error::NoAnswers { reason });
        }
        Ok(())
    }
}

/// The next text that has no answer yet; the same text of another customer is not asked about again.
async fn next_wanted(
    customers: &mut BoxStream<'static, Result<Customer>>,
    wanted: &mut HashSet<String>,
) -> Result<Option<Customer>> {
    while let Some(customer) = customers.try_next().await? {
        if wanted.remove(&customer.hash) {
            return Ok(Some(customer));
        }
    }
    Ok(None)
}
