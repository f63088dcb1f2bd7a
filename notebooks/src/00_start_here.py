# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "00"
#     title: Start here
#     needs: []
#     gives: []
#     teaching_minutes: 20
#     exercise_minutes: 15
# ---

# %% [markdown]
# # 00 Start here
#
# **Question.** What will you learn here, and how can you trust what you read?
#
# After this lesson you can
#
# - say what pretraining and fine-tuning are, and why people do both;
# - find your place on the road of the course;
# - read a claim of this course, and see how it could have failed.

# %% tags=["parameters"]
profile = "laptop"
size = 1024

# %%
from nlputils import lesson

lesson.start("00", profile=profile)

# %% [markdown]
# The lines above are the first output of every lesson. They name the profile, that is, the size of data and models, and whether you work on a copy or a program runs the lesson without a screen (headless). They name the data, where a lesson reads some, and the versions of the packages. When a number on your screen differs from a number on your neighbour's, compare these lines first.
#
# ## The road
#
# Each lesson takes text one step further. The lessons in a dashed frame are still being written.

# %%
from nlputils import plots

plots.show(plots.road_map("00"))

# %% [markdown]
# | lesson | what you do there |
# |---|---|
# | 01 | turn text into numbers, and find out how good simple methods are |
# | 03 | train a recurrent network as in 2018, and find out why it fails without a word when it is moved to today's Keras |
# | 05 | pretrain a small BERT: a model that fills gaps in text |
# | 07 | fine-tune it to find spam, and compare it with everything before |
# | 14 | take your model to Hugging Face Transformers and back, and find models that load without an error, and wrong |
#
# ## Two words you will meet on every page
#
# A **language model** is a program that guesses missing words. To guess well it must learn how words behave: which ones may stand for each other, and which ones belong together. For this it needs text, but no labels. This step is **pretraining**.
#
# A **task** asks something else: is this message spam? For a task people write **labels**, the right answers to some examples, and labels cost much. **Fine-tuning** takes the pretrained model and continues its training with the few labels there are.
#
# The hope is that the first step makes the second one cheaper. This course does not ask you to believe it. You will measure it.
#
# ## How this course speaks of results
#
# A number in this course comes from a cell, never from the text. And a conclusion is a **claim**. A claim has four parts: a sentence, a check, the value that was measured, and a **planted error**. The planted error is a wrong value. The check must refuse it. So each claim shows that it could have failed.
#
# Here is a first one. Two messages are made of the same words, in another order.

# %%
ham = "do not pay the fee , wait"
spam = "do not wait , pay the fee"
bags = [sorted(text.split()) for text in (ham, spam)]
bags

# %% [markdown]
# The two lists are equal. A method that only counts words sees one message where you see two. We say that it sees a **bag of words**.

# %%
lesson.claim(
    "These two messages hold the same words.",
    lambda pair: pair[0] == pair[1],
    bags,
    planted=[bags[0], [*bags[1], "now"]],
)

# %% [markdown]
# The line above says that the claim held. The planted value has one word more in one list, and the check said no to it. So it could have failed. `lesson.record`, in the next cell, keeps a measured number and prints it.
#
# ## How fast is this machine?
#
# Nearly all the work of a neural network is multiplying tables of numbers, called **matrices**. To multiply two square matrices with $n$ rows takes $n^3$ multiplications and about as many additions. So we count $2n^3$ operations, and take the time.

# %%
import time

import numpy as np

rng = np.random.default_rng(0)
a = rng.normal(size=(size, size)).astype("float32")
seconds = []
for _ in range(5):
    began = time.perf_counter()
    a @ a
    seconds.append(time.perf_counter() - began)
rate = 2 * size**3 / min(seconds) / 1e9
lesson.record("matmul", rate, unit="GFLOP/s")
print(f"{1000 * min(seconds):.2f} milliseconds for one multiplication")

# %% [markdown]
# A GFLOP/s is a thousand million operations in a second. We take the fastest of five tries, because other programs can only make a try slower. A GPU is made for this work. That is why the `gpu` profile has larger models, and the `pocket` profile has small ones.
#
# ## Is everything here?
#
# The **doctor** looks: at Python and its packages, at memory and disk, at the data (real data sets are fetched when a lesson first needs them), at the encoder that comes with the course, and at whether a notebook can start. `ok` needs nothing. `note` means that it works, and something is worth knowing. `fail` must be repaired, and the line below it says how. You can call it from a terminal, too: `nlputils doctor`.

# %%
from nlputils.course.doctor import doctor

ailing = doctor(profile)

# %% [markdown]
# ## How to study
#
# 1. Read a cell before you run it. Say what it will print. Then run it.
# 2. Change a parameter and run the lesson again. The sources stay as they are: you work on a copy.
# 3. Do the exercises before you look at a solution.
#
# ## Questions and answers
#
# **What is the difference between pretraining and fine-tuning?** Pretraining learns from text without labels, once, at some cost. Fine-tuning learns a task from labels, many times, cheaply. Both change the same **weights**, the numbers that a network learns.
#
# **Is fine-tuning a kind of transfer learning?** Yes. Transfer learning means that what was learned on one task helps on another one.
#
# **Why not use a large model that is ready?** Often you should. But a model that you trained yourself holds fewer secrets: you know its text and its cost. Lesson 14 builds the bridge to the ready ones.
#
# **Do I need a GPU?** No. The `pocket` profile runs on a laptop, with data that comes with the course.
#
# **Why are there intervals everywhere?** A score is measured on a limited number of examples. With other examples it would come out a little different. The interval says how different, within reason.
#
# ## Reflection
#
# How can you trust what you read here? You have seen the tools. A number comes from a cell that you can run. A conclusion is a claim that one named wrong value would break. They have limits. A claim can be true and of no use. A check only refuses the error that somebody thought of. And a number from your machine is one measurement, until you measure again. Which claim in your own work would you trust more if it named its planted error?
#
# ## Takeaways
#
# - Pretraining needs text. Fine-tuning needs labels.
# - A bag of words does not know the order of words.
# - A claim that cannot fail says nothing.
#
# ## Exercises
#
# 1. Write `same_bag(one, other)`: true where two texts hold the same words, each as often, in any order. `same_bag(ham, spam)` must be true, and `same_bag(ham, ham + " now")` false. Then write two reviews with the same words, one good and one bad. Check your pair with it.
# 2. Change the planted value of the claim to `bags`. Run the cell. Read the name of the error that the course raises. Why is it right? Then put the value back.
# 3. Write `operations(n)`: the number of operations for two matrices with `n` rows, by the formula. What must `operations(2 * size) / operations(size)` be? Double `size`, and see by how much the printed time of one multiplication grows. (Note the old time first.)
#
# <details><summary>Solutions</summary>
#
# 1. `return sorted(one.split()) == sorted(other.split())`. For example: "good food , not bad at all" and "bad food , not good at all".
# 2. `ClaimCannotFail`. It refuses the claim. A check that accepts its planted error cannot fail, so it proves nothing.
# 3. `return 2 * n**3`. The formula gives a factor of eight, for $2^3 = 8$. A measured factor can differ a little: small matrices fit into faster memory.
#
# </details>
